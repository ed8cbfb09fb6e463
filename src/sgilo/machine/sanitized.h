// SGILO_SANITIZED: built with a sanitizer, whose own start comes after what runs before main().
#pragma once

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__  // g++
#define SGILO_SANITIZED
#elif defined __has_feature  // clang
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SGILO_SANITIZED
#endif
#endif
