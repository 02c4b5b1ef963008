"""Stories (whole journeys), house (the rules of this house), and the page checkers they share."""
