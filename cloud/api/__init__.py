"""HTTP: one router per noun, response models always."""
