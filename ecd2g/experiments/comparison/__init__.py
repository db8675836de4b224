"""Trained models side by side, and beside the exact flow."""
