"""What panels show: the queue, figures, the day, one case in full."""
