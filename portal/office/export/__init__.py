"""What leaves the house: tables, files, documents, and the API of the city's other tools."""
