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


def box(points):
    return [min(x for x, _ in points), min(y for _, y in points), max(x for x, _ in points), max(y for _, y in points)]


def both(one, other):
    return [max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])]


def size(area):
    return max(area[2] - area[0], 0) * max(area[3] - area[1], 0)


for page in reader.pages:
    text += page.extract_text()
    sheet = [0.0, 0.0, float(page.mediabox.width), float(page.mediabox.height)]
    # The matrix (PDF 32000-1, 8.3.4) and what is left of the sheet by clipping, saved by q and put back by Q.
    colour, matrix, clip, saved = "000000", [1.0, 0.0, 0.0, 1.0, 0.0, 0.0], sheet, []
    path, rectangle, clips = [], None, False
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        numbers = [float(x) for x in operands if isinstance(x, (int, float))]
        place = lambda x, y: (matrix[0] * x + matrix[2] * y + matrix[4], matrix[1] * x + matrix[3] * y + matrix[5])
        if operator in (b"rg", b"g"):
            colour = "".join("%02x" % round(255 * x) for x in (numbers if operator == b"rg" else numbers * 3))
        elif operator == b"q":
            saved.append((matrix, clip))
        elif operator == b"Q":
            matrix, clip = saved.pop()
        elif operator == b"cm":
            a, b, c, d, e, f = numbers
            m = matrix
            matrix = [a * m[0] + b * m[2], a * m[1] + b * m[3], c * m[0] + d * m[2], c * m[1] + d * m[3], *place(e, f)]
        elif operator in (b"m", b"l", b"c", b"v", b"y"):
            path += [place(*numbers[i:i + 2]) for i in range(0, len(numbers), 2)]
        elif operator == b"re":
            x, y, width, height = numbers
            corners = [place(x, y), place(x + width, y + height)]
            path += corners
            rectangle = box(corners)
        elif operator in (b"W", b"W*"):
            clips = True
        elif operator in (b"f", b"f*", b"n", b"S"):
            if operator in (b"f", b"f*") and rectangle:
                areas[colour] = max(areas.get(colour, 0.0), size(both(rectangle, clip)) / size(sheet))
            if clips and path:
                clip = both(clip, box(path))
            path, rectangle, clips = [], None, False
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
