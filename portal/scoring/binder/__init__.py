"""What a juror reads in one piece: dossiers and the binder made of them."""
