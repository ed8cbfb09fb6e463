#include "sgilo/checkpoint/pickle_calls.h"

#include <gtest/gtest.h>

namespace sgilo {
namespace {

TEST(PickleCalls, AreThoseOfTensorsContainersAndPlainValues) {
  for (const char* name : {"torch._utils._rebuild_tensor_v2", "torch.storage._load_from_bytes",
                           "collections.OrderedDict", "numpy.core.multiarray._reconstruct",
                           "torch_utils.persistence._reconstruct_persistent_obj"}) {
    EXPECT_TRUE(may_be_called(name)) << name;
    EXPECT_FALSE(makes_plain_value(name)) << name;  // tensors may be in what they make
  }
  for (const char* name : {"_codecs.encode", "pathlib.PosixPath", "decimal.Decimal",
                           "fractions.Fraction", "torch.Size", "numpy.dtype", "uuid.UUID"}) {
    EXPECT_TRUE(may_be_called(name)) << name;
    EXPECT_TRUE(makes_plain_value(name)) << name;
  }
}

TEST(PickleCalls, AreNoneThatDoAnything) {
  for (const char* name :
       {"posix.system", "os.system", "nt.system", "builtins.eval", "builtins.exec",
        "builtins.getattr", "builtins.__import__", "__builtin__.eval", "subprocess.Popen",
        "runpy.run_path", "importlib.import_module", "torch.load", "torch.hub.load", "pickle.loads",
        "functools.partial", "operator.attrgetter", "builtins.open", ""})
    EXPECT_FALSE(may_be_called(name)) << name;
}

TEST(PickleCalls, AreKnownByTheirWholeName) {
  EXPECT_FALSE(may_be_called("OrderedDict"));
  EXPECT_FALSE(may_be_called("collections.OrderedDict.__init__"));
  EXPECT_FALSE(may_be_called("Collections.OrderedDict"));
  EXPECT_FALSE(may_be_called("torch._utils._rebuild_tensor_v"));
}

}  // namespace
}  // namespace sgilo
