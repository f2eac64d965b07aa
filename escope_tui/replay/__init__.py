"""From a recording to any moment of the program: state, stack, values, movement, evaluation."""
