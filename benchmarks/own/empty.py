"""An empty program: what start-up costs."""
