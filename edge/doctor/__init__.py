"""henwise-edge doctor: what is here, what is wrong, and which back end runs the network quickest."""
