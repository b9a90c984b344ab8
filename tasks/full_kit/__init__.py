"""What the loaders of the full tier share: the manifest of public sources, downloads, readers, and
splits by key.
"""
