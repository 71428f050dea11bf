using LoraBuild.Imaging.Formats;

namespace LoraBuild.Imaging.Tests.Formats;

public sealed class ColourProfileTests
{
    [Fact]
    public void SRGB_is_recognised_by_its_numbers() => Assert.True(ColourProfile.IsSrgb(IccProfile.Srgb()));

    [Fact]
    public void Other_primaries_are_not_sRGB() => Assert.False(ColourProfile.IsSrgb(IccProfile.SrgbWithRedAndBlueExchanged()));

    [Fact]
    public void Another_tone_curve_is_not_sRGB() => Assert.False(ColourProfile.IsSrgb(IccProfile.SrgbPrimariesWithAnotherCurve()));

    [Fact]
    public void A_profile_cut_off_anywhere_is_not_sRGB()
    {
        var profile = IccProfile.Srgb();
        for (var length = 0; length < profile.Length - 4; length += 7)
            Assert.False(ColourProfile.IsSrgb(profile.AsSpan(0, length)));
    }
}
