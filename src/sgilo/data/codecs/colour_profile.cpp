#include "sgilo/data/codecs/colour_profile.h"

#include <lcms2.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <type_traits>

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

// Colours over the whole range, [count, colours]: the greys and a coarse grid.
std::vector<float> probe_colours(int colours) {
  std::vector<float> probe;
  for (int level = 0; level < 256; ++level)
    probe.insert(probe.end(), static_cast<std::size_t>(colours), static_cast<float>(level) / 255);
  for (int i = 0; colours == 3 && i < 729; ++i)
    for (const int part : {i % 9, i / 9 % 9, i / 81}) probe.push_back(static_cast<float>(part) / 8);
  return probe;
}

bool keeps_colours(cmsHTRANSFORM transform, int colours) {
  const std::vector<float> probe = probe_colours(colours);
  std::vector<float> found(probe.size());
  cmsDoTransform(transform, probe.data(), found.data(),
                 static_cast<cmsUInt32Number>(probe.size() / static_cast<std::size_t>(colours)));
  for (std::size_t i = 0; i < probe.size(); ++i)
    if (!(std::abs(std::clamp(found[i], 0.0F, 1.0F) - probe[i]) < 1.0F / 255)) return false;
  return true;
}

// Row by row through interleaved buffers; Little CMS counts ink in per cent.
Tensor transformed(const Tensor& planes, cmsHTRANSFORM transform, int colours_out, float scale) {
  const std::int64_t colours = planes.size(0), height = planes.size(1), width = planes.size(2);
  const Tensor out = torch::empty({colours_out, height, width});
  std::vector<float> before(static_cast<std::size_t>(colours * width)),
      after(static_cast<std::size_t>(colours_out * width));
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t c = 0; c < colours; ++c) {
      const float* from = planes.data_ptr<float>() + (c * height + y) * width;
      for (std::int64_t x = 0; x < width; ++x)
        before[static_cast<std::size_t>(x * colours + c)] = scale * from[x];
    }
    cmsDoTransform(transform, before.data(), after.data(), static_cast<cmsUInt32Number>(width));
    for (std::int64_t c = 0; c < colours_out; ++c) {
      float* to = out.data_ptr<float>() + (c * height + y) * width;
      for (std::int64_t x = 0; x < width; ++x) {
        const float value = after[static_cast<std::size_t>(x * colours_out + c)];
        to[x] = value > 0 ? std::min(value, 1.0F) : 0;
      }
    }
  }
  return out;
}

Tensor without_profile(const Tensor& planes, ColourModel model) {
  if (model != ColourModel::cmyk) return planes;
  return (1 - planes.slice(0, 0, 3)) * (1 - planes.slice(0, 3, 4));
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

ConvertedColours converted_to_srgb(const Tensor& planes, ColourModel model,
                                   const std::string& bytes) {
  if (bytes.empty()) return {without_profile(planes, model), ""};
  const Context context = quiet_context();
  const Profile from(cmsOpenProfileFromMemTHR(context.get(), bytes.data(),
                                              static_cast<cmsUInt32Number>(bytes.size())));
  if (!from) return {without_profile(planes, model), "its colour profile is damaged"};
  // Grey pictures often carry the profile of the colours that they were made from.
  const bool grey_as_rgb =
      model == ColourModel::grey && cmsGetColorSpace(from.get()) == cmsSigRgbData;
  const ColourModel given = grey_as_rgb ? ColourModel::rgb : model;
  if (cmsGetColorSpace(from.get()) != space_of(given))
    return {without_profile(planes, model), "its colour profile is for other colours"};
  const bool to_grey = given == ColourModel::grey;
  const Curve curve = srgb_curve(context.get());
  const Profile to = to_grey ? grey_profile(context.get(), curve.get())
                             : Profile(cmsCreate_sRGBProfileTHR(context.get()));
  const Transform transform(cmsCreateTransformTHR(context.get(), from.get(), sample_format(given),
                                                  to.get(), to_grey ? TYPE_GRAY_FLT : TYPE_RGB_FLT,
                                                  INTENT_PERCEPTUAL, cmsFLAGS_NOCACHE));
  if (!transform) return {without_profile(planes, model), "its colour profile cannot be used"};
  if (given != ColourModel::cmyk && keeps_colours(transform.get(), colours_of(given)))
    return {planes, ""};
  const Tensor input = (grey_as_rgb ? planes.expand({3, -1, -1}) : planes).contiguous();
  const Tensor out = transformed(input, transform.get(), to_grey ? 1 : 3,
                                 given == ColourModel::cmyk ? 100.0F : 1.0F);
  return {grey_as_rgb ? out.slice(0, 1, 2) : out, ""};
}

}  // namespace sgilo
