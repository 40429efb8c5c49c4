# SPDX-License-Identifier: MIT
"""Writes npy_files.hpp: small files as NumPy writes them.

    /usr/bin/python3 tests/reference/npy_files.py > tests/reference/npy_files.hpp

Needs NumPy (Debian: python3-numpy). Number n of an array, counted row by row, is n / 2 - 1 of a floating-point type,
n - 3 of signed integers, n of unsigned ones, n % 2 of booleans.
"""
import io

import numpy as np
from numpy.lib import format

FILES = [  # type, shape, order, version
    ("<f4", (2, 3), "C", (1, 0)), ("<f4", (2, 3), "F", (1, 0)), ("<f8", (2, 3, 4), "C", (1, 0)),
    ("<f8", (2, 3, 4), "F", (1, 0)), ("<f8", (5,), "C", (1, 0)), ("<i8", (2, 3), "C", (1, 0)),
    ("<i8", (2, 3), "F", (1, 0)), ("<i8", (5,), "C", (1, 0)), ("<f4", (), "C", (1, 0)), ("<f4", (0, 3), "C", (1, 0)),
    ("<f4", (1, 3), "F", (1, 0)), (">f4", (2, 3), "C", (1, 0)), (">f8", (2, 3, 4), "F", (1, 0)),
    ("<f4", (3, 2), "C", (2, 0)), ("<f8", (3, 2), "F", (3, 0)), ("<f2", (2, 3), "C", (1, 0)),
    ("<i4", (2, 3), "C", (1, 0)), (">i4", (2, 3), "F", (1, 0)), (">i8", (5,), "C", (1, 0)), ("|i1", (5,), "C", (1, 0)),
    ("|u1", (2, 3), "F", (1, 0)), ("<i2", (5,), "C", (1, 0)), (">u2", (5,), "C", (1, 0)), ("<u4", (5,), "C", (1, 0)),
    ("<u8", (5,), "C", (1, 0)), ("|b1", (5,), "C", (1, 0)),
]


def numbers(dtype, shape):
    n = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    return {"f": n / 2 - 1, "i": n - 3, "u": n, "b": n % 2}[dtype[1]].astype(dtype)


print(f"""// SPDX-License-Identifier: MIT
//
// Small files as NumPy {np.__version__} writes them, written by npy_files.py, which says what numbers they hold. Do not edit.
#pragma once

#include <cstddef>
#include <vector>

// clang-format off
namespace reference {{

struct NpyFile {{
  const char* type;
  bool fortran_order;
  int version;
  std::vector<std::ptrdiff_t> shape;
  const char* bytes;  // in hexadecimal
}};

inline const std::vector<NpyFile> npy_files{{""")
for dtype, shape, order, version in FILES:
    file = io.BytesIO()
    format.write_array(file, np.array(numbers(dtype, shape), order=order), version=version)
    digits = file.getvalue().hex()
    lines = "\n".join(f'     "{digits[k:k + 110]}"' for k in range(0, len(digits), 110))
    sizes = ", ".join(str(size) for size in shape)
    print(f'    {{"{dtype}", {str(order == "F").lower()}, {version[0]}, {{{sizes}}},\n{lines}}},')
print("""};

}  // namespace reference
// clang-format on""")
