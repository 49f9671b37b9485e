"""Made-up pictures with exact boxes: flat flocks, houses seen by a camera, the demo clip. No torch."""
