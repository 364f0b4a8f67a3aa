// SPDX-License-Identifier: Apache-2.0
#pragma once

// The whole of the folder: what to encode with, whether to, and both directions.
#include "codec/codec_spec.h"   // IWYU pragma: export
#include "codec/decoder.h"      // IWYU pragma: export
#include "codec/encoder.h"      // IWYU pragma: export
#include "codec/noise_probe.h"  // IWYU pragma: export
