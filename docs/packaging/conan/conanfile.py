# SPDX-License-Identifier: MIT
#
# elman for Conan 2: headers alone.
import os

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy
from conan.tools.layout import basic_layout
from conan.tools.scm import Git

required_conan_version = ">=2.0"


class Elman(ConanFile):
    name = "elman"
    version = "0.1.0"
    description = "Vanilla (Elman) recurrent neural networks for C++20, header-only, on Eigen"
    license = "MIT"
    url = "<this repository>"
    topics = ("recurrent-neural-network", "machine-learning", "eigen", "header-only")
    package_type = "header-library"
    settings = "os", "compiler", "build_type", "arch"
    options = {"io": [True, False]}  # nets in files, which need nlohmann-json
    default_options = {"io": False}
    no_copy_source = True

    def layout(self):
        basic_layout(self, src_folder="src")

    def requirements(self):
        self.requires("eigen/[>=3.4 <6]", transitive_headers=True)
        if self.options.io:
            self.requires("nlohmann_json/[>=3.11 <4]", transitive_headers=True)

    def package_id(self):
        self.info.clear()

    def validate(self):
        check_min_cppstd(self, 20)

    def source(self):
        Git(self).clone(url=self.url, target=".", args=["--branch", "<the tag of this version>", "--depth", "1"])

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        copy(self, "*.hpp", os.path.join(self.source_folder, "include"), os.path.join(self.package_folder, "include"))

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        self.cpp_info.set_property("cmake_file_name", "elman")
        self.cpp_info.set_property("cmake_target_name", "elman::elman")
        self.cpp_info.set_property("pkg_config_name", "elman")
        if self.options.io:
            self.cpp_info.set_property("cmake_target_aliases", ["elman::io"])
