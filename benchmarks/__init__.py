"""Measurements beside a floor or a peer in the same run; `make bench` prints them. Ratios count, not seconds."""
