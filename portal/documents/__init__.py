"""PDF documents: ordered with what they are about, made by the worker in a child of its own.

Import `portal.documents.usecases` and `portal.documents.contents`; nothing is gathered here, since
the render child imports this package and needs neither the database nor Flask.
"""
