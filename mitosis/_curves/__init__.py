"""Numbers as static vector pictures; the only place that knows matplotlib."""

from mitosis._curves.curves import Envelope, curves_svg, thinned
from mitosis._curves.dependence import Dependence, dependence_svg

__all__ = ["Dependence", "Envelope", "curves_svg", "dependence_svg", "thinned"]
