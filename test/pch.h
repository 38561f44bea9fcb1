// Precompiled for the tests.
#pragma once

#include "core/pch.h"

#include <catch2/catch.hpp>
