"""What a printed page holds, as JSON: the size of its sheets in points, its text without white space and pictograms
(a font that lacks one gives NUL),
the colours of text that are hard to read on white paper (WCAG contrast under 4.5), and the colours of large areas that
are not bright: ink that nobody wants to pay for."""
import json
import sys
import unicodedata

from pypdf import PdfReader
from pypdf.generic import ContentStream

reader = PdfReader(sys.argv[1])
text = ""
inks, areas = set(), {}
for page in reader.pages:
    text += page.extract_text()
    sheet = float(page.mediabox.width) * float(page.mediabox.height)
    colour, scales, rectangle = "000000", [1.0], 0.0
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        numbers = [float(x) for x in operands if isinstance(x, (int, float))]
        if operator in (b"rg", b"g"):
            colour = "".join("%02x" % round(255 * x) for x in (numbers if operator == b"rg" else numbers * 3))
        elif operator == b"q":
            scales.append(scales[-1])
        elif operator == b"Q":
            scales.pop()
        elif operator == b"cm":
            scales[-1] *= abs(numbers[0] * numbers[3] - numbers[1] * numbers[2])
        elif operator == b"re":
            rectangle = abs(numbers[2] * numbers[3]) * scales[-1] / sheet
        elif operator in (b"f", b"f*"):
            areas[colour] = max(areas.get(colour, 0.0), rectangle)
            rectangle = 0.0
        elif operator in (b"n", b"S"):
            rectangle = 0.0
        elif operator in (b"Tj", b"TJ"):
            inks.add(colour)


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


print(json.dumps({
    "sheet": [round(float(reader.pages[0].mediabox.width)), round(float(reader.pages[0].mediabox.height))],
    "text": "".join(c for c in unicodedata.normalize("NFKC", text)
                    if not c.isspace() and unicodedata.category(c) not in ("So", "Cc")),
    "faint": sorted(colour for colour in inks if 1.05 / (luminance(colour) + 0.05) < 4.5),
    "dark": sorted(colour for colour, share in areas.items() if share > 0.05 and luminance(colour) < 0.8)}))
