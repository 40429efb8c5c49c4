// SPDX-License-Identifier: MIT
// A recurrent net, written by elman::cpp_header: In = 1, State = 16, Out = 1, 305 parameters.
// clang-format off
#pragma once

#include <cstdint>
#include <elman/elman.hpp>

namespace model {

// All matrices and vectors, in the order in which the arrays hold them.
inline constexpr elman::MatrixShape matrices[] = {
    {"U", 16, 1},
    {"W", 16, 16},
    {"b", 16, 1},
    {"V", 1, 16},
    {"c", 1, 1},
};

// The matrices, column by column.
alignas(64) inline constexpr float weights[] = {
    0x1.19802p-7F, -0x1.547e12p+0F, -0x1.2baefap-8F, 0x1.fb5604p-5F, -0x1.1f7a84p-1F, -0x1.1ff678p-1F, 0x1.766e1p-7F,
    -0x1.8b9b4cp-3F, 0x1.a20118p-9F, 0x1.0e8686p-8F, -0x1.459234p-11F, -0x1.a94944p-10F, -0x1.0991a2p-5F, -0x1.2917p-6F,
    -0x1.b85deap-1F, 0x1.e4bd26p-8F, 0x1.952f44p-4F, 0x1.6dc594p-2F, -0x1.9c5f28p-4F, -0x1.182a7ap-3F, 0x1.d0567ep-3F,
    0x1.9f9462p-3F, -0x1.b3f11p-4F, 0x1.e42bf8p-6F, 0x1.9f4b8ap-4F, 0x1.9dadd6p-4F, -0x1.a1caeep-4F, -0x1.a29e08p-4F,
    -0x1.612b62p-4F, -0x1.8023dp-4F, 0x1.c6c84p-3F, 0x1.97c924p-4F, -0x1.5771dcp-10F, 0x1.1def4ep-1F, 0x1.ac4cap-7F,
    0x1.f001fep-2F, -0x1.a51ddp-4F, 0x1.b70a96p-7F, 0x1.7faebep-5F, -0x1.6c523cp-4F, -0x1.1bae6ap-6F, -0x1.d40094p-7F,
    0x1.943174p-6F, 0x1.6011dp-6F, -0x1.f678f4p-5F, -0x1.b95be4p-6F, 0x1.7dd6acp-1F, -0x1.0f3458p-9F, -0x1.9ced2ep-4F,
    -0x1.66803p-2F, 0x1.a6aaap-4F, 0x1.26578ep-3F, -0x1.c9a114p-3F, -0x1.7f2294p-3F, 0x1.c9050ap-4F, -0x1.812d3p-5F,
    -0x1.a9db1ep-4F, -0x1.a7f806p-4F, 0x1.ad3b42p-4F, 0x1.adb904p-4F, 0x1.5779c6p-4F, 0x1.7f2a26p-4F, -0x1.e5054ap-3F,
    -0x1.9cf9b6p-4F, 0x1.7d6c38p-12F, -0x1.0ebb9ep-2F, -0x1.048c74p-10F, 0x1.d1b894p-5F, -0x1.dc984ap-4F,
    -0x1.5d3974p-3F, -0x1.26408ap-6F, -0x1.53d7dp-6F, 0x1.f28316p-17F, 0x1.90916cp-12F, -0x1.779cf2p-8F,
    0x1.424f18p-10F, -0x1.ffccd4p-7F, -0x1.6f6e64p-7F, -0x1.caf028p-3F, 0x1.a0c2f4p-10F, 0x1.6932fp-9F, 0x1.525644p+0F,
    0x1.59ae32p-10F, 0x1.f51064p-1F, -0x1.28af4ep-1F, 0x1.62cfaep-2F, 0x1.e4e47ep-6F, 0x1.51f4f6p-8F, -0x1.c6f4b8p-11F,
    -0x1.892a94p-12F, 0x1.b6a292p-8F, 0x1.3d5aeep-10F, -0x1.c77b8p-7F, -0x1.566586p-8F, 0x1.fc708p-1F, 0x1.796dep-9F,
    0x1.e45548p-8F, 0x1.f6ea2cp-1F, -0x1.1e62ecp-9F, 0x1.8c3d76p-1F, 0x1.51ce7p-3F, -0x1.ac8d76p-1F, 0x1.7aa1d4p-6F,
    -0x1.1d09c6p-4F, -0x1.5a8f96p-15F, 0x1.7ad22p-10F, 0x1.107c2ap-8F, 0x1.0c183ap-9F, -0x1.2909a4p-5F, -0x1.327708p-6F,
    0x1.ab6ea6p-1F, 0x1.a68484p-8F, -0x1.88432cp-4F, -0x1.2773ccp-2F, 0x1.9af74ep-4F, 0x1.78d6f8p-3F, -0x1.a96e82p-3F,
    -0x1.35bdbcp-3F, 0x1.dde656p-4F, -0x1.cfa46p-4F, -0x1.9f7504p-4F, -0x1.9b7f0cp-4F, 0x1.a4b3b2p-4F, 0x1.a64884p-4F,
    0x1.11968cp-4F, 0x1.552dd2p-4F, -0x1.2b2088p-2F, -0x1.884a82p-4F, -0x1.2a9c1p-6F, -0x1.88731ep-2F, 0x1.41042cp-7F,
    -0x1.bbd4dcp-3F, -0x1.cec246p-2F, -0x1.f0f50ep-2F, -0x1.9c606cp-7F, 0x1.bf11dep-2F, -0x1.eb769cp-8F,
    -0x1.2b1568p-7F, 0x1.7a13f2p-8F, 0x1.2e09cap-8F, 0x1.40e64ep-4F, 0x1.6882c8p-5F, 0x1.124424p-2F, -0x1.2a4266p-6F,
    0x1.9fa562p-4F, 0x1.6735ep-2F, -0x1.abfb0cp-4F, -0x1.26fac6p-3F, 0x1.c48b7p-3F, 0x1.733d66p-3F, -0x1.ce517ep-4F,
    0x1.9e27ccp-5F, 0x1.aec0bep-4F, 0x1.ad8feap-4F, -0x1.b3180ap-4F, -0x1.b385dp-4F, -0x1.564f42p-4F, -0x1.8164ap-4F,
    0x1.f096e4p-3F, 0x1.a1c1e2p-4F, 0x1.9dba68p-4F, 0x1.65ec52p-2F, -0x1.a7bfa8p-4F, -0x1.255efp-3F, 0x1.c4153cp-3F,
    0x1.7a2d5ep-3F, -0x1.cb79bep-4F, 0x1.8d5318p-5F, 0x1.abb8c8p-4F, 0x1.a8e114p-4F, -0x1.af98cp-4F, -0x1.af0324p-4F,
    -0x1.55c3c6p-4F, -0x1.7ebbeep-4F, 0x1.e9168cp-3F, 0x1.9ed978p-4F, -0x1.9221a4p-4F, -0x1.7a7468p-2F, 0x1.9d9712p-4F,
    0x1.2aa09p-3F, -0x1.e60e0cp-3F, -0x1.763cccp-3F, 0x1.bf5f2ap-4F, -0x1.d2ff34p-5F, -0x1.a19f56p-4F, -0x1.9eeee4p-4F,
    0x1.a64f2ap-4F, 0x1.a68862p-4F, 0x1.46b802p-4F, 0x1.7178d6p-4F, -0x1.ef7274p-3F, -0x1.94738ap-4F, -0x1.a55096p-4F,
    -0x1.62dbaep-2F, 0x1.b2a004p-4F, 0x1.2a5d36p-3F, -0x1.bab6ccp-3F, -0x1.63b4b8p-3F, 0x1.d76ef2p-4F, -0x1.cc9046p-5F,
    -0x1.b61fe6p-4F, -0x1.b340d4p-4F, 0x1.b9799cp-4F, 0x1.ba891ep-4F, 0x1.54d974p-4F, 0x1.8120b6p-4F, -0x1.ffaa5cp-3F,
    -0x1.a620f8p-4F, -0x1.446618p-4F, -0x1.abc8d8p-2F, 0x1.3de05cp-4F, 0x1.ad1db4p-4F, -0x1.20472ap-2F, -0x1.4088b8p-2F,
    0x1.341c5p-4F, 0x1.2b0542p-4F, -0x1.3d38e8p-4F, -0x1.3d92c2p-4F, 0x1.3d412p-4F, 0x1.3986c4p-4F, 0x1.67b44p-4F,
    0x1.567348p-4F, -0x1.1e3abap-3F, -0x1.453ac2p-4F, -0x1.64953p-4F, -0x1.963a4ap-2F, 0x1.65d0fep-4F, 0x1.f83a2ep-4F,
    -0x1.0c739ep-2F, -0x1.0807dcp-2F, 0x1.6e865cp-4F, 0x1.c5c4a2p-7F, -0x1.66b6cep-4F, -0x1.66b6p-4F, 0x1.691824p-4F,
    0x1.68123ep-4F, 0x1.5a2ca8p-4F, 0x1.619326p-4F, -0x1.73ecf8p-3F, -0x1.669704p-4F, 0x1.62433ap-8F, -0x1.586934p-4F,
    -0x1.1b04ep-7F, -0x1.b811bep-4F, -0x1.e05ba2p-8F, -0x1.29564ap-3F, -0x1.5aa518p-6F, 0x1.e902f4p-4F, 0x1.3bfdc2p-7F,
    0x1.2a93b6p-7F, -0x1.48d608p-7F, -0x1.6728e6p-7F, 0x1.0b1426p-6F, 0x1.3ff64ep-8F, 0x1.81634ap-2F, 0x1.506876p-8F,
    0x1.92f74cp-4F, 0x1.73737ep-2F, -0x1.9ac19ep-4F, -0x1.17764p-3F, 0x1.d2fdcp-3F, 0x1.9f97e8p-3F, -0x1.b3d688p-4F,
    0x1.ecf152p-6F, 0x1.9c911cp-4F, 0x1.9abe44p-4F, -0x1.a001f2p-4F, -0x1.9fa01cp-4F, -0x1.5f4e9ap-4F, -0x1.7e5352p-4F,
    0x1.cbb03ep-3F, 0x1.93b15ap-4F, -0x1.0a11bap-5F, -0x1.5f45f2p-1F, 0x1.21cbe2p-4F, 0x1.366914p+0F, 0x1.cf72e4p-5F,
    0x1.3c1a3cp-1F, 0x1.75a944p-3F, -0x1.b8aep-1F, -0x1.5697e2p-4F, -0x1.330d6cp-4F, 0x1.821202p-4F, 0x1.9544fap-4F,
    -0x1.8d38e2p-3F, -0x1.2d228p-4F, -0x1.716d18p-1F, -0x1.093a7cp-5F,
};
// The vectors.
alignas(64) inline constexpr float numbers[] = {
    0x1.2ca37p-10F, -0x1.01ba3cp-5F, -0x1.a4c858p-10F, -0x1.043b4ep-9F, 0x1.595faep-14F, -0x1.d85b36p-6F,
    -0x1.00165ap-8F, 0x1.e57dbap-6F, 0x1.b903b4p-10F, 0x1.b34232p-10F, -0x1.041b38p-9F, -0x1.d40064p-10F,
    0x1.6472bcp-9F, 0x1.999c52p-12F, -0x1.846bbap-4F, 0x1.1d157ep-10F, -0x1.76a672p-3F,
};

inline constexpr std::uint64_t check_value = 3489139990114251883U;  // net().check_value()

using Body = elman::Recurrence<1, 16, elman::Tanh>;
using Readout = elman::Readout<16, 1, elman::Identity>;
using Net = elman::FrozenNet<float, Body, Readout, float>;

/// The net, which refers to the arrays.
inline Net net() { return {Body(), Readout(), weights, numbers}; }

}  // namespace model
