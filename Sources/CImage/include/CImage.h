#pragma once

#include "encode.h"
