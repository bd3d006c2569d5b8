"""The grids' interface for the drawing table and for programs."""
