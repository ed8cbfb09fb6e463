#include "sgilo/data/codecs/colour_profile.h"

#include <lcms2.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <type_traits>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

template <auto close>
struct Closes {
  template <class T>
  void operator()(T* handle) const {
    close(handle);
  }
};
using Context = std::unique_ptr<std::remove_pointer_t<cmsContext>, Closes<cmsDeleteContext>>;
using Profile = std::unique_ptr<void, Closes<cmsCloseProfile>>;
using Transform = std::unique_ptr<void, Closes<cmsDeleteTransform>>;
using Curve = std::unique_ptr<cmsToneCurve, Closes<cmsFreeToneCurve>>;

Context quiet_context() {
  Context context(cmsCreateContext(nullptr, nullptr));
  if (!context) throw Error("memory does not suffice to convert colours");
  cmsSetLogErrorHandlerTHR(context.get(), [](cmsContext, cmsUInt32Number, const char*) {});
  return context;
}

Curve srgb_curve(cmsContext context) {
  const cmsFloat64Number parameters[]{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  return Curve(cmsBuildParametricToneCurve(context, 4, parameters));
}

constexpr double kD65[]{0.3127, 0.3290};

Profile grey_profile(cmsContext context, const cmsToneCurve* curve) {
  return Profile(cmsCreateGrayProfileTHR(context, cmsD50_xyY(), curve));
}

cmsUInt32Number sample_format(ColourModel model) {
  return model == ColourModel::grey  ? TYPE_GRAY_FLT
         : model == ColourModel::rgb ? TYPE_RGB_FLT
                                     : TYPE_CMYK_FLT;
}

cmsColorSpaceSignature space_of(ColourModel model) {
  return model == ColourModel::grey  ? cmsSigGrayData
         : model == ColourModel::rgb ? cmsSigRgbData
                                     : cmsSigCmykData;
}

// Rows of interleaved colours through a transform whose largest numbers are stated; Little CMS counts
// ink in per cent.
template <class In, class Out>
Tensor transformed(const Tensor& planes, cmsHTRANSFORM transform, int colours_out, float largest_in,
                   float largest_out) {
  constexpr float kRounding = std::is_integral_v<In> ? 0.5F : 0.0F;
  const std::int64_t colours = planes.size(0), height = planes.size(1), width = planes.size(2);
  const Tensor out = torch::empty({colours_out, height, width});
  std::vector<In> before(static_cast<std::size_t>(colours * width));
  std::vector<Out> after(static_cast<std::size_t>(colours_out * width));
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t c = 0; c < colours; ++c) {
      const float* from = planes.data_ptr<float>() + (c * height + y) * width;
      for (std::int64_t x = 0; x < width; ++x)
        before[static_cast<std::size_t>(x * colours + c)] =
            static_cast<In>(largest_in * from[x] + kRounding);
    }
    cmsDoTransform(transform, before.data(), after.data(), static_cast<cmsUInt32Number>(width));
    for (std::int64_t c = 0; c < colours_out; ++c) {
      float* to = out.data_ptr<float>() + (c * height + y) * width;
      for (std::int64_t x = 0; x < width; ++x) {
        const auto value = static_cast<float>(after[static_cast<std::size_t>(x * colours_out + c)]);
        to[x] = value > 0 ? std::min(value / largest_out, 1.0F) : 0;
      }
    }
  }
  return out;
}

struct Converter {
  Context context;  // is given back last
  Transform exact;
  Transform fast = {};  // of RGB in 8 bits; may be empty
  ColourModel given;    // grey or not, by the profile

  Tensor exactly(const Tensor& planes) const {
    return transformed<float, float>(planes, exact.get(), given == ColourModel::grey ? 1 : 3,
                                     given == ColourModel::cmyk ? 100.0F : 1.0F, 1.0F);
  }
  Tensor quickly(const Tensor& planes) const {
    return transformed<std::uint8_t, std::uint16_t>(planes, fast.get(), 3, 255.0F, 65535.0F);
  }
};

// Colours of 8 bits over the whole range, [1 or 3, 1, count]: the greys and a coarse grid.
Tensor probe_colours(int colours) {
  const Tensor greys = torch::arange(256.0F) / 255;
  if (colours == 1) return greys.view({1, 1, -1});
  const Tensor steps = (torch::arange(9.0F) * 255 / 8).floor() / 255;
  const Tensor grid = torch::cartesian_prod({steps, steps, steps}).t();
  return torch::cat({greys.expand({3, -1}), grid}, 1).unsqueeze(1).contiguous();
}

bool within(const Tensor& a, const Tensor& b, double levels) {
  return (a - b).abs().max().item<double>() < levels / 255;
}

// Curves and a matrix, without a table of colours: what whole numbers are fit for.
bool is_matrix(cmsHPROFILE profile) {
  return cmsIsMatrixShaper(profile) != 0 && cmsIsTag(profile, cmsSigAToB0Tag) == 0;
}

// Of any number of elements, which take any time.
bool has_free_elements(cmsHPROFILE profile) {
  for (const auto tag : {cmsSigDToB0Tag, cmsSigDToB1Tag, cmsSigDToB2Tag, cmsSigDToB3Tag})
    if (cmsIsTag(profile, tag) != 0) return true;
  return false;
}

ColourConversion without_profile(ColourModel model, std::string problem) {
  ColourConversion conversion;
  conversion.problem = std::move(problem);
  conversion.is_rough = model == ColourModel::cmyk;
  if (conversion.is_rough)
    conversion.to_srgb = [](const Tensor& ink) {
      return (1 - ink.slice(0, 0, 3)) * (1 - ink.slice(0, 3, 4));
    };
  return conversion;
}

}  // namespace

std::string profile_of(const StatedColours& stated, bool grey) {
  const bool usual_gamma = stated.gamma == 0 || std::abs(stated.gamma * 2.2 - 1) < 0.05;
  if (usual_gamma && (grey || !stated.has_chromaticities)) return {};
  if (!(stated.gamma >= 0 && stated.gamma < 100) || (stated.gamma > 0 && stated.gamma < 0.01))
    return {};
  const Context context = quiet_context();
  const Curve curve = usual_gamma ? srgb_curve(context.get())
                                  : Curve(cmsBuildGamma(context.get(), 1 / stated.gamma));
  Profile profile;
  if (grey) {
    profile = grey_profile(context.get(), curve.get());
  } else {
    const auto& xy = stated.chromaticities;
    const bool own = stated.has_chromaticities;
    const cmsCIExyY white{own ? xy[0] : kD65[0], own ? xy[1] : kD65[1], 1};
    const cmsCIExyYTRIPLE primaries{{own ? xy[2] : 0.64, own ? xy[3] : 0.33, 1},
                                    {own ? xy[4] : 0.30, own ? xy[5] : 0.60, 1},
                                    {own ? xy[6] : 0.15, own ? xy[7] : 0.06, 1}};
    cmsToneCurve* curves[]{curve.get(), curve.get(), curve.get()};
    profile.reset(cmsCreateRGBProfileTHR(context.get(), &white, &primaries, curves));
  }
  cmsUInt32Number size = 0;
  if (!profile || !cmsSaveProfileToMem(profile.get(), nullptr, &size)) return {};
  std::string bytes(size, '\0');
  return cmsSaveProfileToMem(profile.get(), bytes.data(), &size) ? bytes : std::string();
}

ColourConversion conversion_to_srgb(ColourModel model, bool is_wide, const std::string& bytes) {
  if (bytes.empty()) return without_profile(model, "");
  const auto converter = std::make_shared<Converter>();
  converter->context = quiet_context();
  const cmsContext context = converter->context.get();
  const Profile from(
      cmsOpenProfileFromMemTHR(context, bytes.data(), static_cast<cmsUInt32Number>(bytes.size())));
  if (!from) return without_profile(model, "its colour profile is damaged");
  if (has_free_elements(from.get()))
    return without_profile(model, "its colour profile is one of free elements (DToB)");
  // Grey pictures often carry the profile of the colours that they were made from.
  const bool grey_as_rgb =
      model == ColourModel::grey && cmsGetColorSpace(from.get()) == cmsSigRgbData;
  const ColourModel given = grey_as_rgb ? ColourModel::rgb : model;
  converter->given = given;
  if (cmsGetColorSpace(from.get()) != space_of(given))
    return without_profile(model, "its colour profile is for other colours");
  const bool to_grey = given == ColourModel::grey;
  const Curve curve = srgb_curve(context);
  const Profile to =
      to_grey ? grey_profile(context, curve.get()) : Profile(cmsCreate_sRGBProfileTHR(context));
  const auto transform = [&](cmsUInt32Number in, cmsUInt32Number out) {
    return Transform(cmsCreateTransformTHR(context, from.get(), in, to.get(), out,
                                           INTENT_PERCEPTUAL, cmsFLAGS_NOCACHE));
  };
  converter->exact = transform(sample_format(given), to_grey ? TYPE_GRAY_FLT : TYPE_RGB_FLT);
  if (!converter->exact) return without_profile(model, "its colour profile cannot be used");
  if (given != ColourModel::cmyk) {
    const Tensor probe = probe_colours(colours_of(given)), exact = converter->exactly(probe);
    if (within(probe, exact, 1)) return {};
    if (given == ColourModel::rgb && !is_wide && is_matrix(from.get())) {
      converter->fast = transform(TYPE_RGB_8, TYPE_RGB_16);
      if (converter->fast && !within(converter->quickly(probe), exact, 0.5))
        converter->fast.reset();
    }
  }
  ColourConversion conversion;
  conversion.is_slow = !to_grey && !converter->fast;
  conversion.to_srgb = [converter, grey_as_rgb](const Tensor& planes) {
    const Tensor in = (grey_as_rgb ? planes.expand({3, -1, -1}) : planes).contiguous();
    const Tensor out = converter->fast ? converter->quickly(in) : converter->exactly(in);
    return grey_as_rgb ? out.slice(0, 1, 2) : out;
  };
  return conversion;
}

}  // namespace sgilo
