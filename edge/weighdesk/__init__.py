"""Weights at a desk: a recorded scale is weighed again, and a scale is told what birds weighed by hand.

``recording`` reads samples from lines or bytes, ``replay`` weighs them, ``words`` tells it, ``cli`` is the verbs;
``hand_weighings`` keeps what was weighed by hand beside each scale.
"""
