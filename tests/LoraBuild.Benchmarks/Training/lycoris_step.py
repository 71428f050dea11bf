"""A training step as sd-scripts makes it: its UNet in half precision with LyCORIS' LoHa on it, under autocast and a gradient scaler.

Arguments: FOLDER LATENT BATCH CHECKPOINTING(0|1) ROUNDS [DEVICE]. FOLDER holds both projects' packages: sd-scripts' `library` and LyCORIS'
`lycoris`. Prints the median seconds of a step, the card's memory in MB before and at the end, and the operations of a frozen forward.
"""
import statistics
import subprocess
import sys
import time

import torch
import torch.utils.checkpoint
from torch.utils.flop_counter import FlopCounterMode


def memory():
    command = ["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits"]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[0])


def main():
    folder, (size, batch, checkpointing, rounds) = sys.argv[1], map(int, sys.argv[2:6])
    device = sys.argv[6] if len(sys.argv) > 6 else "cuda"
    on_gpu = device == "cuda"
    sys.path.insert(0, folder)
    from library.original_unet import UNet2DConditionModel
    from lycoris.kohya import create_network

    before = memory() if on_gpu else 0
    torch.manual_seed(0)
    dtype = torch.float16 if on_gpu else torch.bfloat16
    with torch.device(device):
        unet = UNet2DConditionModel(sample_size=64, attention_head_dim=8, cross_attention_dim=768, use_linear_projection=False).to(dtype)
    unet.requires_grad_(False)
    unet.set_use_sdpa(True)
    unet.train()
    if checkpointing:
        unet.enable_gradient_checkpointing()
    latents = torch.randn(batch, 4, size, size, device=device)
    noise = torch.randn_like(latents)
    context = torch.randn(batch, 231, 768, device=device, dtype=dtype)
    timesteps = torch.full((batch,), 500, device=device)

    # Before there is a network: LyCORIS computes each layer a second time.
    with torch.no_grad(), torch.autocast(device, dtype), FlopCounterMode(display=False) as counter:
        unet(latents.to(dtype), timesteps, context)
    network = create_network(1.0, 4, 4, None, [], unet, algo="loha", conv_dim=4, conv_alpha=4, preset="full")
    network.apply_to([], unet, False, True)
    network.to(device).train()
    for lora in network.unet_loras:
        torch.nn.init.constant_(lora.hada_w2_a, 0.01)
    parameters = [parameter for lora in network.unet_loras for parameter in lora.parameters() if parameter.requires_grad]
    moments = [torch.zeros_like(parameter) for parameter in parameters]
    scaler = torch.amp.GradScaler(device, enabled=on_gpu)

    def step():
        for parameter in parameters:
            parameter.grad = None
        with torch.autocast(device, dtype):
            predicted = unet(latents.to(dtype), timesteps, context).sample
        scaler.scale(torch.nn.functional.mse_loss(predicted.float(), noise)).backward()
        with torch.no_grad():
            gradients = [parameter.grad for parameter in parameters]
            if on_gpu:
                torch._foreach_mul_(gradients, 1 / scaler.get_scale())
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            changes = torch._foreach_sign(torch._foreach_lerp(moments, gradients, 0.1))
            torch._foreach_mul_(parameters, 1 - 1e-5)
            torch._foreach_add_(parameters, changes, alpha=-1e-4)
            torch._foreach_lerp_(moments, gradients, 0.01)
        if on_gpu:
            torch.cuda.synchronize()

    times = []
    for i in range(rounds + 2):
        start = time.perf_counter()
        step()
        if i >= 2:
            times.append(time.perf_counter() - start)
    after = memory() if on_gpu else 0
    print(statistics.median(times), before, after, counter.get_total_flops())


main()
