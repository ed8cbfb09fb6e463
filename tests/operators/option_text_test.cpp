#include "sgilo/operators/option_text.h"

#include <gtest/gtest.h>

#include "support/error_text.h"

namespace sgilo {
namespace {

TEST(OptionText, BecomesJson) {
  const auto json = [](std::string_view text) {
    return parse_option_text("operator", text).dump();
  };
  EXPECT_EQ(json("identity"), R"({"kind":"identity"})");
  EXPECT_EQ(json("a:x=0.05,y=8,z=1e-2,u=-3"), R"({"kind":"a","x":0.05,"y":8,"z":0.01,"u":-3})");
  EXPECT_EQ(json("a:on=true,off=false,kernel=area"),
            R"({"kind":"a","on":true,"off":false,"kernel":"area"})");
  EXPECT_EQ(json("mask:file=C:/a=b.png"), R"({"kind":"mask","file":"C:/a=b.png"})");
  EXPECT_EQ(json("a:x=nan,y=inf,z=1e999,u=0x10"),
            R"({"kind":"a","x":"nan","y":"inf","z":"1e999","u":"0x10"})");
}

TEST(OptionText, SaysWhatItCannotRead) {
  const auto error = [](std::string_view text) {
    return error_text<ConfigError>([&] { parse_option_text("noise", text); });
  };
  EXPECT_EQ(error(""), "noise must be written name:key=value,key=value, but is ''");
  EXPECT_EQ(error(":a=1"), "noise must be written name:key=value,key=value, but is ':a=1'");
  EXPECT_EQ(error("gaussian:sigma"),
            "noise 'gaussian:sigma': each option must be written key=value, but 'sigma' is not");
  EXPECT_EQ(error("gaussian:sigma="),
            "noise 'gaussian:sigma=': each option must be written key=value, but 'sigma=' is not");
  EXPECT_EQ(error("gaussian:"),
            "noise 'gaussian:': each option must be written key=value, but '' is not");
  EXPECT_EQ(error("a:x=1,"),
            "noise 'a:x=1,': each option must be written key=value, but '' is not");
  EXPECT_EQ(error("a:x=1,x=2"), "noise 'a:x=1,x=2': 'x' must be given once");
  EXPECT_EQ(error("a:x=\x82"), "noise must be text in UTF-8");
  EXPECT_EQ(error("a:kind=b"), "noise 'a:kind=b': 'kind' must be given once");
}

}  // namespace
}  // namespace sgilo
