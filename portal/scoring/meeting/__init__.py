"""The meeting of the jury: agenda, presence, votes, places, minutes, the proposal."""
