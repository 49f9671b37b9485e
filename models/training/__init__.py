"""Heavy side of the room (extra `train`): what teaches and measures networks. Only here may torch live.

data/      data sets: read, checked, converted, divided, written; the pictures in them
scenes/    pictures made up: drawn and rendered birds on drawn floors and in drawn houses; the demo clip
blender/   birds and barns rendered; runs in a Python of its own that has bpy
teach/     training, export, conversion; the folders that classifiers are taught from
measure/   figures of a network on labelled pictures, comparisons, tables
verbs/     the verbs of henwise-models on top of these
"""
