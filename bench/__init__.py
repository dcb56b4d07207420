"""How fast is it, against what? One file per figure; ``python -m bench`` runs them all."""
