"""What the generators of the mini tier share: problems, splits by key, and sources with realistic
defects.
"""
