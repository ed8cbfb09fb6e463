// For tests that draw figures.
#pragma once

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "sgilo/report/figure.h"

#define SKIP_WITHOUT_GNUPLOT()                \
  try {                                       \
    sgilo::require_gnuplot();                 \
  } catch (const sgilo::ConfigError& error) { \
    GTEST_SKIP() << error.what();             \
  }
