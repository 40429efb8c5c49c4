// SPDX-License-Identifier: MIT
#define TEST_PRODUCTS
#include "support/products.hpp"
