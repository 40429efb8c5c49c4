# SPDX-License-Identifier: MIT
#
# Headers alone: one build type is enough. What is installed is the same with the feature io and without; elmanConfig.cmake
# makes elman::io where nlohmann-json is found.
set(VCPKG_BUILD_TYPE release)

vcpkg_from_git(
  OUT_SOURCE_PATH SOURCE_PATH
  URL "<this repository>"
  REF "<the commit of version ${VERSION}, all 40 digits>"
)

vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS
    -DELMAN_BUILD_TESTS=OFF
    -DELMAN_BUILD_EXAMPLES=OFF
    -DCMAKE_DISABLE_FIND_PACKAGE_nlohmann_json=ON
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/elman)
vcpkg_fixup_pkgconfig()

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/share/doc")  # the licence, which is the file copyright
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
