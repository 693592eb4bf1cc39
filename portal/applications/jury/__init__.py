"""What the jury may see: who reads what, conflicts, passages that are blacked out."""
