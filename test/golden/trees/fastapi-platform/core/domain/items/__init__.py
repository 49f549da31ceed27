"""Items: the worked example that uses every service there is."""
