"""The catalogue of the recordings that were made, with what people said of them."""
