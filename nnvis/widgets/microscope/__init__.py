"""What the Microscope is painted with: equations, blocks of numbers, the track, the written-out card."""
