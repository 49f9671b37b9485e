"""From a transition of an alert to the people it concerns: who is told when, and how it reaches them.

``policy`` decides, ``planner`` writes what was decided as rows, ``sender`` claims rows and sends them over
``channels``; ``answers`` takes what people press in a message.
"""
