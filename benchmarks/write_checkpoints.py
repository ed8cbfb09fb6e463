#!/usr/bin/env python3
"""Writes one random StyleGAN2 generator in each of the formats in which trained ones are published.

All files of the folder hold the same function, so that readers can be compared with each other, and
with an image that this script computes in plain PyTorch from the published formulas:

  network.pkl                    snapshot of NVIDIA's stylegan2-ada-pytorch: G, D, G_ema
  generator_state_dict.pt        flat dictionary of the same names, zip form of torch.save
  generator_state_dict_legacy.pt   the same in the form before torch 1.6
  rosinality.pt, rosinality_legacy.pt   {'g_ema', 'latent_avg'} as converted by rosinality
  rosinality_training.pt         what its training saves: g, d, g_ema, both optimisers, arguments
  native.safetensors, native.npz   the names of generator_state_dict.pt
  z.npy (and c.npy with --c-dim) the inputs
  image.npy, ws.npy              with --reference: the images and per-layer latents of the inputs
  image_without_clamp.npy        the same where --conv-clamp is not stored and changes something

G, D, the raw 'g' and the optimisers hold other numbers than G_ema, so a reader that takes the wrong
network is found out. Only the layout of the snapshot is genuine: its classes are declared here, and
the text of its module is filler. The numbers depend on the seed, the sizes and torch's version.

  write_checkpoints.py /tmp/small --resolution 32 --channel-base 256 --channel-max 16 --w-dim 32 \\
      --reference float64
  write_checkpoints.py /tmp/ffhq --resolution 1024 --fp16-res 4 --conv-clamp 256 --channels-last

Needs torch and numpy, and safetensors for its format.
"""
import argparse
import collections
import functools
import math
import os
import pickle
import sys
import types

import numpy
import torch

FORMATS = ("pkl", "pt", "pt_legacy", "rosinality", "rosinality_legacy", "rosinality_training",
           "safetensors", "npz")


# --- Networks as trees of layers, in the order in which a module registers them ------------------

class Network:
    """A module as the snapshot stores it: tensors, children, plain attributes, arguments."""

    def __init__(self, class_name, parameters=(), buffers=(), children=(), attributes=(), args=(),
                 kwargs=()):
        self.class_name = class_name
        self.parameters = dict(parameters)
        self.buffers = dict(buffers)
        self.children = dict(children)
        self.attributes = dict(attributes)
        self.args = tuple(args)
        self.kwargs = dict(kwargs)

    def walk(self, prefix=""):
        yield prefix, self
        for name, child in self.children.items():
            yield from child.walk(prefix + name + ".")

    def state_dict(self):
        state = collections.OrderedDict()
        for prefix, network in self.walk():
            for name, tensor in {**network.parameters, **network.buffers}.items():
                if tensor is not None:
                    state[prefix + name] = tensor
        state._metadata = collections.OrderedDict(
            (prefix[:-1], {"version": 1}) for prefix, _ in self.walk())
        return state

    def with_tensors(self, change):
        """The same tree with every parameter changed; buffers are shared."""
        return Network(self.class_name,
                       {n: None if t is None else change(t) for n, t in self.parameters.items()},
                       self.buffers,
                       {n: c.with_tensors(change) for n, c in self.children.items()},
                       self.attributes, self.args, self.kwargs)


class Draw:
    """Random weights of the sizes that trained networks have."""

    def __init__(self, seed):
        self.generator = torch.Generator().manual_seed(seed)

    def normal(self, *shape, scale=1.0):
        return torch.randn(shape, generator=self.generator).mul_(scale)


def filter_taps():
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0])
    return torch.outer(taps, taps) / taps.sum() ** 2


def dense(draw, inputs, outputs, bias=0.0, multiplier=1, activation="linear", kwargs=()):
    return Network(
        "FullyConnectedLayer",
        {"weight": draw.normal(outputs, inputs, scale=1 / multiplier),
         "bias": (draw.normal(outputs, scale=0.1) + bias) / multiplier},
        attributes={"activation": activation, "weight_gain": multiplier / numpy.sqrt(inputs),
                    "bias_gain": multiplier},
        args=(inputs, outputs), kwargs=kwargs)


def affine(draw, w_dim, channels):
    layer = dense(draw, w_dim, channels, bias=1.0, kwargs={"bias_init": 1})
    layer.parameters["weight"].mul_(0.5)
    return layer


def convolution_weight(draw, outputs, inputs, kernel, channels_last, scale=1.0):
    weight = draw.normal(outputs, inputs, kernel, kernel, scale=scale)
    return weight.to(memory_format=torch.channels_last) if channels_last else weight


def synthesis_layer(draw, o, inputs, outputs, resolution, up, channels_last):
    kwargs = {"w_dim": o.w_dim, "resolution": resolution}
    if up == 2:
        kwargs |= {"up": 2, "resample_filter": [1, 3, 3, 1]}
    kwargs |= {"conv_clamp": o.conv_clamp, "channels_last": channels_last}
    return Network(
        "SynthesisLayer",
        {"weight": convolution_weight(draw, outputs, inputs, 3, channels_last),
         "noise_strength": draw.normal(scale=0.1), "bias": draw.normal(outputs, scale=0.1)},
        {"resample_filter": filter_taps(), "noise_const": draw.normal(resolution, resolution)},
        {"affine": affine(draw, o.w_dim, inputs)},
        {"resolution": resolution, "up": up, "use_noise": True, "activation": "lrelu",
         "conv_clamp": o.conv_clamp, "padding": 1, "act_gain": numpy.sqrt(2)},
        (inputs, outputs), kwargs)


def to_rgb(draw, o, channels, channels_last):
    return Network(
        "ToRGBLayer",
        {"weight": convolution_weight(draw, 3, channels, 1, channels_last, scale=0.2),
         "bias": draw.normal(3, scale=0.05)},
        children={"affine": affine(draw, o.w_dim, channels)},
        attributes={"conv_clamp": o.conv_clamp, "weight_gain": 1 / numpy.sqrt(channels)},
        args=(channels, 3),
        kwargs={"w_dim": o.w_dim, "conv_clamp": o.conv_clamp, "channels_last": channels_last})


def resolutions(o):
    return [2 ** i for i in range(2, int(math.log2(o.resolution)) + 1)]


def channels_at(o, resolution):
    return min(o.channel_base // resolution, o.channel_max)


def in_half_precision(o, resolution):
    return resolution >= max(2 ** (int(math.log2(o.resolution)) + 1 - o.fp16_res), 8)


def synthesis_block(draw, o, resolution):
    first = resolution == 4
    inputs = 0 if first else channels_at(o, resolution // 2)
    outputs = channels_at(o, resolution)
    half = in_half_precision(o, resolution)
    last = half and o.channels_last  # weights in channels-last order
    children = {} if first else {
        "conv0": synthesis_layer(draw, o, inputs, outputs, resolution, 2, last)}
    children["conv1"] = synthesis_layer(draw, o, outputs, outputs, resolution, 1, last)
    children["torgb"] = to_rgb(draw, o, outputs, last)
    is_last = resolution == o.resolution
    return Network(
        "SynthesisBlock", {"const": draw.normal(outputs, 4, 4)} if first else {},
        {"resample_filter": filter_taps()}, children,
        {"in_channels": inputs, "w_dim": o.w_dim, "resolution": resolution, "img_channels": 3,
         "is_last": is_last, "architecture": "skip", "use_fp16": half,
         "channels_last": last, "num_conv": 1 if first else 2, "num_torgb": 1},
        (inputs, outputs),
        {"w_dim": o.w_dim, "resolution": resolution, "img_channels": 3, "is_last": is_last,
         "use_fp16": half, "conv_clamp": o.conv_clamp, "fp16_channels_last": o.channels_last})


def num_ws(o):
    return 2 * int(math.log2(o.resolution)) - 2


def generator(draw, o):
    sizes = {"w_dim": o.w_dim, "img_resolution": o.resolution, "img_channels": 3}
    precision = {"channel_base": o.channel_base, "channel_max": o.channel_max,
                 "num_fp16_res": o.fp16_res, "conv_clamp": o.conv_clamp,
                 "fp16_channels_last": o.channels_last}
    synthesis = Network(
        "SynthesisNetwork",
        children={f"b{r}": synthesis_block(draw, o, r) for r in resolutions(o)},
        attributes={"w_dim": o.w_dim, "img_resolution": o.resolution,
                    "img_resolution_log2": int(math.log2(o.resolution)), "img_channels": 3,
                    "block_resolutions": resolutions(o), "num_ws": num_ws(o)},
        kwargs={**sizes, **precision})

    layer = functools.partial(dense, draw, multiplier=0.01, activation="lrelu",
                              kwargs={"activation": "lrelu", "lr_multiplier": 0.01})
    layers = {"embed": dense(draw, o.c_dim, o.w_dim)} if o.c_dim else {}
    for i in range(o.mapping_layers):
        inputs = o.w_dim if i else o.z_dim + (o.w_dim if o.c_dim else 0)
        layers[f"fc{i}"] = layer(inputs, o.w_dim)
    mapping_sizes = {"z_dim": o.z_dim, "c_dim": o.c_dim, "w_dim": o.w_dim, "num_ws": num_ws(o),
                     "num_layers": o.mapping_layers}
    mapping = Network("MappingNetwork", buffers={"w_avg": draw.normal(o.w_dim, scale=0.2)},
                      children=layers, attributes={**mapping_sizes, "w_avg_beta": 0.995},
                      kwargs=mapping_sizes)

    return Network(
        "Generator", children={"synthesis": synthesis, "mapping": mapping},
        attributes={"z_dim": o.z_dim, "c_dim": o.c_dim, **sizes, "num_ws": num_ws(o)},
        kwargs={"z_dim": o.z_dim, "w_dim": o.w_dim,
                "mapping_kwargs": {"num_layers": o.mapping_layers}, "synthesis_kwargs": precision,
                "c_dim": o.c_dim, "img_resolution": o.resolution, "img_channels": 3})


def discriminator_convolution(draw, inputs, outputs, kernel, channels_last=False, down=1,
                              activation="lrelu"):
    linear = activation == "linear"
    parameters = {"weight": convolution_weight(draw, outputs, inputs, kernel, channels_last)}
    if not linear:
        parameters["bias"] = draw.normal(outputs, scale=0.1)
    return Network(
        "Conv2dLayer", parameters, {"resample_filter": filter_taps()},
        attributes={"activation": activation, "up": 1, "down": down, "padding": kernel // 2,
                    "weight_gain": 1 / numpy.sqrt(inputs * kernel ** 2),
                    "act_gain": 1 if linear else numpy.sqrt(2),
                    **({"bias": None} if linear else {})},
        args=(inputs, outputs), kwargs={"kernel_size": kernel, "channels_last": channels_last})


def discriminator(draw, o):
    children = {}
    for resolution in reversed(resolutions(o)[1:]):
        channels, outputs = channels_at(o, resolution), channels_at(o, resolution // 2)
        last = in_half_precision(o, resolution) and o.channels_last
        convolution = functools.partial(discriminator_convolution, draw, channels_last=last)
        layers = {}
        if resolution == o.resolution:
            layers["fromrgb"] = convolution(3, channels, 1)
        layers["conv0"] = convolution(channels, channels, 3)
        layers["conv1"] = convolution(channels, outputs, 3, down=2)
        layers["skip"] = convolution(channels, outputs, 1, down=2, activation="linear")
        children[f"b{resolution}"] = Network(
            "DiscriminatorBlock", buffers={"resample_filter": filter_taps()}, children=layers,
            attributes={"resolution": resolution, "img_channels": 3, "architecture": "resnet"},
            args=(channels, channels, outputs))
    channels = channels_at(o, 4)
    children["b4"] = Network("DiscriminatorEpilogue", children={
        "mbstd": Network("MinibatchStdLayer", attributes={"group_size": 4, "num_channels": 1}),
        "conv": discriminator_convolution(draw, channels + 1, channels, 3),
        "fc": dense(draw, channels * 16, channels, activation="lrelu"),
        "out": dense(draw, channels, 1)})
    return Network("Discriminator", children=children,
                   attributes={"c_dim": o.c_dim, "img_resolution": o.resolution},
                   kwargs={"block_kwargs": {"fp16_channels_last": o.channels_last},
                           "mapping_kwargs": {}, "epilogue_kwargs": {"mbstd_group_size": 4}})


# --- The snapshot pickle --------------------------------------------------------------------------

def stand_in_modules():
    """Modules of the names that the snapshot refers to, for pickle to find them."""
    def declare(path, **members):
        module = types.ModuleType(path)
        for name, member in members.items():
            member.__module__, member.__name__, member.__qualname__ = path, name, name
            setattr(module, name, member)
        return module

    def refuse(*_):
        raise RuntimeError("this module is for writing only")

    modules = {name: types.ModuleType(name) for name in ("torch_utils", "dnnlib")}
    modules["torch_utils.persistence"] = declare("torch_utils.persistence",
                                                 _reconstruct_persistent_obj=refuse)
    modules["dnnlib.util"] = declare("dnnlib.util", EasyDict=type("EasyDict", (dict,), {}))
    return modules


def numpy_1_modules():
    """The place of numpy's scalars before numpy 2."""
    module = types.ModuleType("numpy.core.multiarray")

    def scalar(*_):
        raise RuntimeError("this module is for writing only")
    scalar.__module__, scalar.__qualname__ = module.__name__, "scalar"
    module.scalar = scalar
    package = types.ModuleType("numpy.core")
    package.multiarray = module
    return {"numpy.core": package, "numpy.core.multiarray": module}


class SnapshotPickler(pickle.Pickler):
    """Networks as persistent objects, nested dictionaries of arguments as EasyDict."""

    def __init__(self, file, protocol, modules):
        super().__init__(file, protocol)
        self.reconstruct = modules["torch_utils.persistence"]._reconstruct_persistent_obj
        self.easy_dict = modules["dnnlib.util"].EasyDict
        self.scalar = modules["numpy.core.multiarray"].scalar
        filler = "# The text of the network's module stands here; readers take it as opaque.\n"
        self.source = (filler * 500)[:37391]  # one string, shared by all objects

    def reducer_override(self, item):
        if isinstance(item, numpy.float64):
            return self.scalar, (item.dtype, item.tobytes())
        if not isinstance(item, Network):
            return NotImplemented
        parameters = collections.OrderedDict(
            (n, None if t is None else torch.nn.Parameter(t, requires_grad=False))
            for n, t in item.parameters.items())
        hooks = {n: collections.OrderedDict() for n in (
            "_forward_hooks", "_forward_pre_hooks", "_state_dict_hooks",
            "_load_state_dict_pre_hooks")}
        state = {"training": False, "_parameters": parameters,
                 "_buffers": collections.OrderedDict(item.buffers),
                 "_non_persistent_buffers_set": set(),
                 "_backward_hooks": collections.OrderedDict(), "_is_full_backward_hook": None,
                 **hooks, "_modules": collections.OrderedDict(item.children), **item.attributes,
                 "_init_args": item.args,
                 "_init_kwargs": {k: self.easy_dict(v) if isinstance(v, dict) else v
                                  for k, v in item.kwargs.items()}}
        return self.reconstruct, ({"type": "class", "version": 6, "module_src": self.source,
                                   "class_name": item.class_name, "state": state},)


def write_snapshot(path, o, network, other_network, critic):
    networks = {"G": other_network, "D": critic, "G_ema": network}
    if o.converted:  # the order and the missing entries of a file converted from TensorFlow
        content = {**networks, "training_set_kwargs": None, "augment_pipe": None}
    else:
        augmentation = Network("AugmentPipe", buffers={"p": torch.tensor(0.25)},
                               attributes={"xflip": 1.0}, kwargs={"xflip": 1})
        data = {"class_name": "training.dataset.ImageFolderDataset", "path": "/data/images.zip",
                "use_labels": o.c_dim > 0, "max_size": 70000, "xflip": False,
                "resolution": o.resolution}
        content = {"training_set_kwargs": data, **networks, "augment_pipe": augmentation}
    modules = stand_in_modules() | numpy_1_modules()
    saved = {name: sys.modules.get(name) for name in modules}
    sys.modules.update(modules)
    try:
        with open(path, "wb") as file:
            SnapshotPickler(file, o.protocol, modules).dump(content)
    finally:
        for name, module in saved.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


# --- rosinality's names ---------------------------------------------------------------------------

def rosinality_layer(state, name, inputs, up):
    """One convolution; its weight is multiplied by 1/sqrt(inputs * 9) when it runs."""
    out = {"conv.weight": (state[name + "weight"].double() * math.sqrt(inputs * 9)).float()[None]}
    if up:
        out["conv.blur.kernel"] = filter_taps() * 4
    out["conv.modulation.weight"] = state[name + "affine.weight"]
    out["conv.modulation.bias"] = state[name + "affine.bias"]
    out["noise.weight"] = state[name + "noise_strength"].reshape(1)
    out["activate.bias"] = state[name + "bias"]
    return out


def rosinality_rgb(state, name, up):
    out = {"bias": state[name + "bias"].reshape(1, 3, 1, 1)}
    if up:
        out["upsample.kernel"] = filter_taps() * 4
    out["conv.weight"] = state[name + "weight"][None]
    out["conv.modulation.weight"] = state[name + "affine.weight"]
    out["conv.modulation.bias"] = state[name + "affine.bias"]
    return out


def rosinality_state(o, state):
    out = collections.OrderedDict()
    for i in range(o.mapping_layers):
        for name in ("weight", "bias"):
            out[f"style.{i + 1}.{name}"] = state[f"mapping.fc{i}.{name}"]
    out["input.input"] = state["synthesis.b4.const"][None]
    parts = {"conv1": rosinality_layer(state, "synthesis.b4.conv1.", channels_at(o, 4), False),
             "to_rgb1": rosinality_rgb(state, "synthesis.b4.torgb.", False)}
    for i, r in enumerate(resolutions(o)[1:]):
        for j in (0, 1):
            inputs = channels_at(o, r // 2 if j == 0 else r)
            parts[f"convs.{2 * i + j}"] = rosinality_layer(
                state, f"synthesis.b{r}.conv{j}.", inputs, j == 0)
    for i, r in enumerate(resolutions(o)[1:]):
        parts[f"to_rgbs.{i}"] = rosinality_rgb(state, f"synthesis.b{r}.torgb.", True)
    for part, tensors in parts.items():
        for name, tensor in tensors.items():
            out[f"{part}.{name}"] = tensor.contiguous()
    noises = [t for name, t in state.items() if name.endswith("noise_const")]
    for i, noise in enumerate(noises):
        out[f"noises.noise_{i}"] = noise[None, None]
    out._metadata = collections.OrderedDict({"": {"version": 1}})
    return out


def adam_state(parameters, draw, lr):
    """The state of torch's Adam after one step on random gradients."""
    copies = [torch.nn.Parameter(t.clone()) for t in parameters]
    optimizer = torch.optim.Adam(copies, lr=lr, betas=(0.0, 0.99))
    for copy in copies:
        copy.grad = draw.normal(*copy.shape)
    optimizer.step()
    return optimizer.state_dict()


def rosinality_training(o, average, raw, draw):
    buffers = ("noises.", "kernel")
    critic = collections.OrderedDict()
    channels = {r: channels_at(o, r) for r in resolutions(o)}
    critic["convs.0.0.weight"] = draw.normal(channels[o.resolution], 3, 1, 1)
    critic["convs.0.1.bias"] = draw.normal(channels[o.resolution])
    for i, r in enumerate(reversed(resolutions(o)[1:])):
        name = f"convs.{i + 1}."
        critic[name + "conv1.0.weight"] = draw.normal(channels[r], channels[r], 3, 3)
        critic[name + "conv1.1.bias"] = draw.normal(channels[r])
        critic[name + "conv2.0.kernel"] = filter_taps()
        critic[name + "conv2.1.weight"] = draw.normal(channels[r // 2], channels[r], 3, 3)
        critic[name + "conv2.2.bias"] = draw.normal(channels[r // 2])
        critic[name + "skip.0.kernel"] = filter_taps()
        critic[name + "skip.1.weight"] = draw.normal(channels[r // 2], channels[r], 1, 1)

    def optimiser(state):
        return adam_state([t for n, t in state.items() if not any(b in n for b in buffers)], draw,
                          0.002)
    arguments = argparse.Namespace(path="/data/lmdb", iter=800000, batch=16, size=o.resolution,
                                   r1=10.0, mixing=0.9, ckpt=None, augment=False,
                                   channel_multiplier=2)
    return {"g": raw, "d": critic, "g_ema": average, "g_optim": optimiser(raw),
            "d_optim": optimiser(critic), "args": arguments, "ada_aug_p": 0.25}


# --- The function itself, from the formulas -------------------------------------------------------

def run_dense(x, layer, activation, multiplier=1.0):
    weight, bias = (layer.parameters[n].to(x) for n in ("weight", "bias"))
    y = x @ (weight * (multiplier / math.sqrt(weight.shape[1]))).T + bias * multiplier
    return torch.nn.functional.leaky_relu(y, 0.2) * math.sqrt(2) if activation else y


def run_mapping(network, o, z, c):
    """z [N, z_dim], c [N, c_dim] or None; the result is [N, num_ws, w_dim]."""
    def unit(x):
        return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-8)
    mapping = network.children["mapping"]
    x = unit(z)
    if c is not None:
        x = torch.cat([x, unit(run_dense(c, mapping.children["embed"], False))], 1)
    for name, layer in mapping.children.items():
        if name.startswith("fc"):
            x = run_dense(x, layer, True, 0.01)
    average = mapping.buffers["w_avg"].to(x)
    return (average + o.truncation * (x - average))[:, None].expand(-1, num_ws(o), -1)


def filtered(x, pad):
    """Zero padding (left, right, top, bottom), then the filter times 4 in each channel."""
    x = torch.nn.functional.pad(x, pad)
    taps = (filter_taps() * 4).to(x)[None, None].expand(x.shape[1], 1, 4, 4)
    return torch.nn.functional.conv2d(x, taps, groups=x.shape[1])


def run_synthesis(network, o, ws, clamp, log):
    """ws [N, num_ws, w_dim]; the images are [N, 3, R, R]."""
    def limited(x):
        log.append(x.abs().max().item())
        return x if clamp is None else x.clamp(-clamp, clamp)

    def layer_output(x, layer, w):
        weight = layer.parameters["weight"].to(x)
        style = run_dense(w, layer.children["affine"], False)  # [N, I]
        norm = torch.rsqrt(style.square() @ weight.square().sum((2, 3)).T + 1e-8)  # [N, O]
        x = x * style[:, :, None, None]
        if layer.attributes["up"] == 2:
            x = filtered(torch.nn.functional.conv_transpose2d(x, weight.transpose(0, 1), stride=2),
                         (1, 1, 1, 1))
        else:
            x = torch.nn.functional.conv2d(x, weight, padding=1)
        x = x * norm[:, :, None, None]
        x = x + layer.buffers["noise_const"].to(x) * layer.parameters["noise_strength"].to(x)
        x = x + layer.parameters["bias"].to(x)[:, None, None]
        return limited(torch.nn.functional.leaky_relu(x, 0.2) * math.sqrt(2))

    def rgb_output(x, layer, w):
        weight = layer.parameters["weight"].to(x)
        style = run_dense(w, layer.children["affine"], False) / math.sqrt(weight.shape[1])
        y = torch.nn.functional.conv2d(x * style[:, :, None, None], weight)
        return limited(y + layer.parameters["bias"].to(x)[:, None, None])

    def doubled(image):
        n, channels, height, width = image.shape
        spread = image.new_zeros(n, channels, 2 * height, 2 * width)
        spread[:, :, ::2, ::2] = image
        return filtered(spread, (2, 1, 2, 1))

    image, latent = None, 0
    for block in network.children["synthesis"].children.values():
        if "const" in block.parameters:
            x = block.parameters["const"].to(ws).expand(ws.shape[0], -1, -1, -1)
        for name in ("conv0", "conv1"):
            if name in block.children:
                x = layer_output(x, block.children[name], ws[:, latent])
                latent += 1
        y = rgb_output(x, block.children["torgb"], ws[:, latent])  # the next block's first row too
        image = y if image is None else doubled(image) + y
    return image


# --- The folder -----------------------------------------------------------------------------------

def write_all(o):
    os.makedirs(o.output, exist_ok=True)
    draw = Draw(o.seed)
    network = generator(draw, o)
    z = draw.normal(o.batch, o.z_dim)
    c = torch.eye(o.c_dim)[torch.arange(o.batch) % o.c_dim] if o.c_dim else None
    raw = network.with_tensors(lambda t: t * 1.25 + 0.01)
    state = network.state_dict()

    def path(name):
        return os.path.join(o.output, name)

    def save(name, content, zip_form=True):
        torch.save(content, path(name), _use_new_zipfile_serialization=zip_form)

    native_only = o.c_dim or o.z_dim != o.w_dim
    chosen = [f for f in o.formats if not (native_only and f.startswith("rosinality"))]
    if "pkl" in chosen:
        write_snapshot(path("network.pkl"), o, network, raw, discriminator(draw, o))
    if "pt" in chosen:
        save("generator_state_dict.pt", state)
    if "pt_legacy" in chosen:
        save("generator_state_dict_legacy.pt", state, False)
    if any(f.startswith("rosinality") for f in chosen):
        average = rosinality_state(o, state)
        converted = {"g_ema": average, "latent_avg": state["mapping.w_avg"]}
        if "rosinality" in chosen:
            save("rosinality.pt", converted)
        if "rosinality_legacy" in chosen:
            save("rosinality_legacy.pt", converted, False)
        if "rosinality_training" in chosen:
            raw_state = rosinality_state(o, raw.state_dict())
            save("rosinality_training.pt", rosinality_training(o, average, raw_state, draw))
    if "safetensors" in chosen:
        from safetensors.torch import save_file
        save_file({n: t.contiguous() for n, t in state.items()}, path("native.safetensors"))
    if "npz" in chosen:
        numpy.savez(path("native.npz"), **{n: t.contiguous().numpy() for n, t in state.items()})
    numpy.save(path("z.npy"), z.numpy())
    if c is not None:
        numpy.save(path("c.npy"), c.numpy())
    if o.reference:
        write_reference(o, path, network, z, c)
    for name in sorted(os.listdir(o.output)):
        print(f"{os.path.getsize(path(name)):12d}  {path(name)}")


def write_reference(o, path, network, z, c):
    kind = getattr(torch, o.reference)
    with torch.no_grad():
        ws = run_mapping(network, o, z.to(kind), None if c is None else c.to(kind))
        log = []
        image = run_synthesis(network, o, ws, None, log)
        print(f"largest magnitude before a clamp {max(log):.4g}, of the image "
              f"{image.abs().max().item():.4g}")
        if o.conv_clamp is not None and max(log) > o.conv_clamp:
            numpy.save(path("image_without_clamp.npy"), image.float().numpy())
            image = run_synthesis(network, o, ws, o.conv_clamp, log)
    numpy.save(path("image.npy"), image.float().numpy())
    numpy.save(path("ws.npy"), ws.contiguous().float().numpy())


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("output", help="folder to write")
    add("--resolution", type=int, default=1024)
    add("--channel-base", type=int, default=32768, help="channels times resolution")
    add("--channel-max", type=int, default=512)
    add("--w-dim", type=int, default=512)
    add("--z-dim", type=int, help="that of w unless given; no rosinality files if it differs")
    add("--mapping-layers", type=int, default=8)
    add("--c-dim", type=int, default=0, help="number of classes; no rosinality files then")
    add("--conv-clamp", type=float, default=None, help="stored in network.pkl alone")
    add("--fp16-res", type=int, default=None, help="highest resolutions run in float16 (marks)")
    add("--channels-last", action="store_true",
        help="weights of the float16 blocks in that order; --fp16-res is 4 then, unless given")
    add("--protocol", type=int, choices=(3, 4), default=3, help="of network.pkl")
    add("--converted", action="store_true", help="network.pkl as if converted from TensorFlow")
    add("--formats", nargs="+", choices=FORMATS, default=FORMATS)
    add("--seed", type=int, default=1)
    add("--batch", type=int, default=2, help="rows of z.npy")
    add("--truncation", type=float, default=1.0, help="psi of the reference")
    add("--reference", choices=("float32", "float64"), help="arithmetic of image.npy (a float32)")
    o = parser.parse_args()
    if o.resolution < 8 or o.resolution & (o.resolution - 1):
        parser.error(f"--resolution must be a power of two from 8 on, but is {o.resolution}")
    if channels_at(o, o.resolution) < 1:
        parser.error("--channel-base must be at least the resolution")
    if o.conv_clamp is not None and o.conv_clamp.is_integer():
        o.conv_clamp = int(o.conv_clamp)  # as the field writes it
    o.z_dim = o.z_dim or o.w_dim
    if o.fp16_res is None:
        o.fp16_res = 4 if o.channels_last else 0
    write_all(o)


if __name__ == "__main__":
    main()
