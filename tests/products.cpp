// SPDX-License-Identifier: MIT
#define TEST_PRODUCTS
#include "products.hpp"
