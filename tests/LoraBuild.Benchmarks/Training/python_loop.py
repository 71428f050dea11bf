"""The training step of the benchmark written with PyTorch in Python: the same operators of the same libtorch, LoHa in the same exact form.

Arguments: CHECKPOINT.safetensors LATENT ROUNDS THREADS. Prints the median seconds of a step.
"""
import json
import math
import mmap
import statistics
import struct
import sys
import time

import torch
from torch.nn import functional as F

RANK = 4
HEADS = 8
PREFIX = "model.diffusion_model."


def read_unet(path):
    with open(path, "rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    (length,) = struct.unpack("<Q", data[:8])
    weights = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name.startswith(PREFIX):
            start, end = entry["data_offsets"]
            half = torch.frombuffer(data, dtype=torch.float16, count=(end - start) // 2, offset=8 + length + start)
            weights[name[len(PREFIX) :]] = half.view(entry["shape"]).float()
    return weights


class Step:
    def __init__(self, weights):
        self.weights = weights
        self.factors = {}
        for name, weight in weights.items():
            if name.endswith(".weight") and weight.dim() > 1:
                rows, columns = weight.shape[0], weight[0].numel()
                self.factors[name] = [
                    (0.1 * torch.randn(rows, RANK)).requires_grad_(),
                    torch.randn(RANK, columns).requires_grad_(),
                    torch.full((rows, RANK), 0.01).requires_grad_(),
                    torch.randn(RANK, columns).requires_grad_(),
                ]
        self.parameters = [factor for factors in self.factors.values() for factor in factors]
        self.moments = [torch.zeros_like(parameter) for parameter in self.parameters]

    def layer(self, x, name, stride=1):
        weight, bias = self.weights[name + ".weight"], self.weights.get(name + ".bias")
        w1a, w1b, w2a, w2b = self.factors[name + ".weight"]
        down = (w1b.unsqueeze(1) * w2b.unsqueeze(0)).view(RANK * RANK, -1)
        up = (w1a.unsqueeze(2) * w2a.unsqueeze(1)).view(-1, RANK * RANK)
        if weight.dim() == 2:
            return F.linear(x, weight, bias).add_(F.linear(F.linear(x, down), up))
        kernel = weight.shape[2]
        inner = F.conv2d(x, down.view(-1, *weight.shape[1:]), None, stride, kernel // 2)
        return F.conv2d(x, weight, bias, stride, kernel // 2).add_(F.conv2d(inner, up[:, :, None, None]))

    def group_norm(self, x, name, epsilon):
        return F.group_norm(x, 32, self.weights[name + ".weight"], self.weights[name + ".bias"], epsilon)

    def layer_norm(self, x, name):
        return F.layer_norm(x, x.shape[-1:], self.weights[name + ".weight"], self.weights[name + ".bias"])

    def res_block(self, x, time_embedding, name):
        h = self.layer(F.silu(self.group_norm(x, f"{name}.in_layers.0", 1e-5)), f"{name}.in_layers.2")
        h = h + self.layer(time_embedding, f"{name}.emb_layers.1")[:, :, None, None]
        h = self.layer(F.silu(self.group_norm(h, f"{name}.out_layers.0", 1e-5)), f"{name}.out_layers.3")
        return h + (self.layer(x, f"{name}.skip_connection") if f"{name}.skip_connection.weight" in self.weights else x)

    def attention(self, x, context, name):
        q, k, v = self.layer(x, f"{name}.to_q"), self.layer(context, f"{name}.to_k"), self.layer(context, f"{name}.to_v")
        q, k, v = (t.view(t.shape[0], t.shape[1], HEADS, -1).transpose(1, 2) for t in (q, k, v))
        scores = (q / math.sqrt(q.shape[-1])).matmul(k.transpose(-2, -1)).softmax(-1)
        return self.layer(scores.matmul(v).transpose(1, 2).reshape(x.shape), f"{name}.to_out.0")

    def transformer(self, x, context, name):
        batch, channels, height, width = x.shape
        h = self.layer(self.group_norm(x, f"{name}.norm", 1e-6), f"{name}.proj_in").flatten(2).transpose(1, 2)
        block = f"{name}.transformer_blocks.0"
        normed = self.layer_norm(h, f"{block}.norm1")
        h = h + self.attention(normed, normed, f"{block}.attn1")
        h = h + self.attention(self.layer_norm(h, f"{block}.norm2"), context, f"{block}.attn2")
        hidden, gate = self.layer(self.layer_norm(h, f"{block}.norm3"), f"{block}.ff.net.0.proj").chunk(2, -1)
        h = h + self.layer(hidden * F.gelu(gate), f"{block}.ff.net.2")
        return x + self.layer(h.transpose(1, 2).reshape(x.shape), f"{name}.proj_out")

    def block(self, x, time_embedding, context, name):
        x = self.res_block(x, time_embedding, f"{name}.0")
        return self.transformer(x, context, f"{name}.1") if f"{name}.1.proj_in.weight" in self.weights else x

    def predict(self, latents, timestep, context):
        angles = timestep * torch.exp(-math.log(10_000) * torch.arange(160) / 160)
        embedding = torch.cat([angles.cos(), angles.sin()])[None]
        time_embedding = F.silu(self.layer(F.silu(self.layer(embedding, "time_embed.0")), "time_embed.2"))
        h = self.layer(latents, "input_blocks.0.0")
        skips = [h]
        for i in range(1, 12):
            name = f"input_blocks.{i}"
            if f"{name}.0.op.weight" in self.weights:
                h = self.layer(h, f"{name}.0.op", stride=2)
            else:
                h = self.block(h, time_embedding, context, name)
            skips.append(h)
        h = self.block(h, time_embedding, context, "middle_block")
        h = self.res_block(h, time_embedding, "middle_block.2")
        for i in range(12):
            name = f"output_blocks.{i}"
            h = self.block(torch.cat([h, skips.pop()], 1), time_embedding, context, name)
            for place in (1, 2):
                if f"{name}.{place}.conv.weight" in self.weights:
                    h = self.layer(F.interpolate(h, size=skips[-1].shape[2:]), f"{name}.{place}.conv")
        return self.layer(F.silu(self.group_norm(h, "out.0", 1e-5)), "out.2")

    def run(self, size):
        for parameter in self.parameters:
            parameter.grad = None
        self.predict(torch.randn(1, 4, size, size), 500, torch.randn(1, 77, 768)).square().mean().backward()
        with torch.no_grad():
            for parameter, moment in zip(self.parameters, self.moments):
                parameter.mul_(1 - 1e-5)
                parameter.sub_(1e-4 * (0.9 * moment + 0.1 * parameter.grad).sign_())
                moment.mul_(0.99).add_(parameter.grad, alpha=0.01)


def main():
    path, (size, rounds, threads) = sys.argv[1], map(int, sys.argv[2:5])
    torch.set_num_threads(threads)
    step = Step(read_unet(path))
    times = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        step.run(size)
        times.append(time.perf_counter() - start)
    print(statistics.median(times[1:]))


main()
