# SPDX-License-Identifier: MIT
if(NOT TARGET Eigen3::Eigen)
  add_library(Eigen3::Eigen INTERFACE IMPORTED)
  target_include_directories(Eigen3::Eigen INTERFACE ${EIGEN_HEADERS})
endif()
set(Eigen3_FOUND TRUE)
