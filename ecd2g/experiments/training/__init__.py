"""Trainings as runs: settings, data, folders that survive being stopped, and what a finished training is worth."""
