using System.Diagnostics;
using System.Text;

namespace LoraBuild.Builds;

/// <summary>What an author is told when something is wrong, and what is kept nevertheless.</summary>
public sealed class BadInputTests
{
    [Fact]
    public void Pictures_that_cannot_be_decoded_are_an_error_each_and_the_others_are_processed()
    {
        using var project = new CharacterProject().With("high/aoi_001.png").With("low/aoi_207.jpg");
        var whole = File.ReadAllBytes(Path.Combine(Repository.Example, "images/high/aoi_002.jpg"));
        project.Write("images/high/truncated.jpg", whole[..(whole.Length / 2)]);
        project.Write("images/high/empty.png", "");
        project.Write("images/high/text.png", "this is no picture");

        var build = project.Build();

        Assert.False(build.Succeeded);
        foreach (var name in new[] { "truncated.jpg", "empty.png", "text.png" })
            Assert.Single(build.Diagnostics, line => line.Contains($"images/high/{name} : error LB2001", StringComparison.Ordinal));
        Assert.Equal(2, build.Processed("Normalize"));
        Assert.Equal(2, build.Processed("Tag"));
        Assert.False(File.Exists(project.PathOf("bin/dataset/dataset.json")));
        AssertNothingHalfWritten(project);

        File.Copy(
            Path.Combine(Repository.Example, "images/high/aoi_002.jpg"), project.PathOf("images/high/truncated.jpg"), overwrite: true);
        File.Delete(project.PathOf("images/high/empty.png"));
        File.Delete(project.PathOf("images/high/text.png"));
        var mended = project.Build();
        Assert.True(mended.Succeeded, mended.Output);
        Assert.Equal(1, mended.Processed("Normalize"));
        Assert.Equal(3, project.Captions().Count);
    }

    [Fact]
    public void A_picture_of_more_than_100_megapixels_is_an_error_with_its_size()
    {
        using var project = new CharacterProject();
        project.Write("images/high/huge.png", PngClaiming(20_000, 20_000));

        var build = project.Build();

        var line = Assert.Single(build.Diagnostics, line => line.Contains("LB2002", StringComparison.Ordinal));
        Assert.Contains("20000", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tag_file_that_is_not_utf8_is_an_error_with_its_line()
    {
        using var project = new CharacterProject().With("high/aoi_001.png").With("low/aoi_207.jpg");
        project.Write("images/high/aoi_001.txt", Encoding.Latin1.GetBytes("smile,\ncafé"));

        var build = project.Build();

        Assert.False(build.Succeeded);
        Assert.Single(build.Diagnostics, line => line.Contains("aoi_001.txt(2", StringComparison.Ordinal)
            && line.Contains("error LB3004", StringComparison.Ordinal));
        Assert.False(File.Exists(project.PathOf("bin/dataset/dataset.json")));
    }

    [Theory]
    [InlineData("trigger: aoi\noutfit: {}\n", "character.yaml(2,1): error LB1002", "outfits")]
    [InlineData("trigger: [\n", "error LB1001", "")]
    [InlineData("features: {}\n", "error LB1004", "trigger")]
    [InlineData(
        "trigger: aoi\nedits:\n  images/high/aoi_01.png: {crop: [0, 0, 0.5, 1]}\n", "character.yaml(3,3): error LB1007", "aoi_001.png")]
    [InlineData("trigger: aoi\nedits:\n  images/high/aoi_001.png: {crop: [0, 0, 9000, 1]}\n", "error LB2003", "640")]
    [InlineData(
        "trigger: aoi\nedits:\n  images/high/aoi_001.png: {erase: [{flood: [9000, 1]}]}\n", "error LB2003", "character.yaml, line 3")]
    public void A_mistake_in_character_yaml_is_an_error_with_its_place_and_what_to_do(string yaml, string expected, string hint)
    {
        using var project = new CharacterProject().With("high/aoi_001.png");
        project.Write("character.yaml", yaml);

        var build = project.Build();

        Assert.False(build.Succeeded);
        var line = Assert.Single(build.Diagnostics, line => line.Contains(expected, StringComparison.Ordinal));
        Assert.Contains(hint, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LoraNetworkDmi", "4", "LB1008", "LoraNetworkDim")]
    [InlineData("LoraNetworkDim", "four", "LB1008", "whole number")]
    [InlineData("LoraTaggerThreshold", "40%", "LB1008", "from 0 to 1")]
    [InlineData("LoraTagger", "nowhere", "LB3001", "nowhere")]
    [InlineData("LoraBaseModel", "nowhere.safetensors", "LB4001", "nowhere.safetensors")]
    [InlineData("LoraBaseModel", "images/high/aoi_001.png", "LB4002", "aoi_001.png")]
    [InlineData("LoraTaggerModel", "images/high/aoi_001.png", "LB3002", "aoi_001.png")]
    [InlineData("LoraTaggerLabels", "labels.csv", "LB3003", "has 2 labels")]
    public void A_wrong_property_is_an_error_that_says_what_to_do(string property, string value, string code, string hint)
    {
        using var project = new CharacterProject(train: true).With("high/aoi_001.png");
        project.Write("labels.csv", "tag_id,name,category,count\n1,general,9,1\n2,smile,0,1\n");
        project.Properties[property] = value;

        var build = project.Build();

        Assert.False(build.Succeeded);
        var line = Assert.Single(build.Diagnostics, line => line.Contains($"error {code}", StringComparison.Ordinal));
        Assert.Contains(hint, line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", build.Output, StringComparison.Ordinal);
        AssertNothingHalfWritten(project);
    }

    [Fact]
    public void A_property_of_the_command_line_that_means_nothing_is_an_error_when_all_is_up_to_date_too()
    {
        using var project = new CharacterProject().With("high/aoi_001.png");
        Assert.True(project.Build().Succeeded);

        var build = project.Build("-p:LoraNetworkDimm=4");

        Assert.False(build.Succeeded);
        var line = Assert.Single(build.Diagnostics, line => line.Contains("error LB1008", StringComparison.Ordinal));
        Assert.Contains("Did you mean 'LoraNetworkDim'?", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Models_that_are_damaged_or_of_another_kind_are_an_error_each_and_nothing_is_written()
    {
        using var project = new CharacterProject(train: true).With("low/aoi_207.jpg");
        project.Write("images/low/aoi_207.txt", "smile");
        var model = project.Properties["LoraBaseModel"];
        var whole = File.ReadAllBytes(model);
        project.Write("cut off.safetensors", whole[..(whole.Length / 2)]);
        project.Write("long header.safetensors", [.. BitConverter.GetBytes(100_000_000L), (byte)'{']);
        project.Write(
            "same name.safetensors",
            Safetensors("""{"x":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"x":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}"""));
        project.Write(
            "overlap.safetensors",
            Safetensors("""{"x":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"y":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}"""));
        project.Write("runs code.ckpt", "PK\u0003\u0004 no archive");
        const string sdxl = "lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q.lora_down.weight";
        project.Write("of sdxl.safetensors", Safetensors($$$"""{"{{{sdxl}}}":{"dtype":"F16","shape":[1,1],"data_offsets":[0,2]}}"""));

        foreach (var (property, file, code) in new[]
        {
            ("LoraBaseModel", "cut off.safetensors", "LB4002"), ("LoraBaseModel", "long header.safetensors", "LB4002"),
            ("LoraBaseModel", "same name.safetensors", "LB4002"), ("LoraBaseModel", "overlap.safetensors", "LB4002"),
            ("LoraBaseModel", "runs code.ckpt", "LB4007"), ("LoraNetworkWeights", "of sdxl.safetensors", "LB4005"),
        })
        {
            (project.Properties["LoraBaseModel"], project.Properties["LoraNetworkWeights"]) = (model, "");
            project.Properties[property] = file;

            var build = project.Build();

            Assert.False(build.Succeeded);
            Assert.Contains(file, Assert.Single(build.Diagnostics, line => line.Contains(
                $"error {code}", StringComparison.Ordinal)), StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", build.Output, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFiles(project.PathOf("bin"), "*.safetensors", SearchOption.AllDirectories));
            AssertNothingHalfWritten(project);
        }
    }

    [Fact]
    public void A_project_without_pictures_is_an_error()
    {
        using var project = new CharacterProject();
        Assert.Contains(project.Build().Diagnostics, line => line.Contains("error LB1006", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_picture_of_a_format_that_is_not_read_is_named(bool alone)
    {
        using var project = new CharacterProject();
        project.Write("images/high/IMG_0001.HEIC", "ftypheic");
        if (!alone)
            project.With("low/aoi_207.jpg");

        var build = project.Build();

        Assert.Equal(!alone, build.Succeeded);
        Assert.Contains(build.Diagnostics, line => line.Contains("warning LB2010", StringComparison.Ordinal)
            && line.Contains("IMG_0001.HEIC", StringComparison.Ordinal));
        Assert.Equal(alone, build.Diagnostics.Any(line => line.Contains("error LB1006", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_picture_item_without_its_file_is_an_error_that_names_it()
    {
        using var project = new CharacterProject().With("high/aoi_001.png").With("low/aoi_207.jpg", "images/low/back\\slash.jpg");
        project.Items = "  <ItemGroup>\n    <CharacterImage Include=\"images/high/aoi_01.png\" />\n  </ItemGroup>\n";
        // A name of Latin-1, which .NET can neither write nor remove.
        Shell("cp \"$1\" \"$2/$(printf 'caf\\351')\".jpg", Path.Combine(Repository.Example, "images/low/aoi_207.jpg"));
        var build = project.Build();
        Shell("rm \"$2\"/caf*.jpg", "");

        Assert.False(build.Succeeded);
        Assert.Single(build.Diagnostics, line => line.Contains("error LB1007: The name of the picture", StringComparison.Ordinal)
            && line.Contains("is not in UTF-8", StringComparison.Ordinal));
        foreach (var name in new[] { "images/high/aoi_01.png", "images/low/back/slash.jpg" })
            Assert.Single(
                build.Diagnostics, line => line.Contains($"error LB1007: There is no picture '{name}'", StringComparison.Ordinal));
        Assert.DoesNotContain("LB6004", build.Output, StringComparison.Ordinal);

        void Shell(string script, string source)
        {
            using var shell = Process.Start("sh", ["-euc", script, "sh", source, project.PathOf("images/low")]);
            shell.WaitForExit();
            Assert.Equal(0, shell.ExitCode);
        }
    }

    [Fact]
    public void File_names_may_hold_anything()
    {
        string[] names =
            [
                "with space", "semi;colon", "per%20cent", "dollar$(HOME)", "par(en)s", "at@sign", "quo'te\"s", "星野あおい", "a&b", "hash#tag",
                "[brackets]", "%41", "@(Item)", "%(Meta)", "star*", "q?mark", "comma, space", "trailing ", "two..dots", ".hidden",
                "new\nline", new string('a', 240),
            ];
        using var project = new CharacterProject();
        foreach (var name in names)
        {
            project.With("low/aoi_207.jpg", $"images/low/{name}.jpg");
            project.Write($"images/low/{name}.txt", "smile");
        }

        var build = project.Build();

        Assert.True(build.Succeeded, build.Output);
        Assert.Contains("images/low/new line.jpg : warning LB2007", build.Output, StringComparison.Ordinal);
        // What begins with a dot is a program's, and is named.
        Assert.Contains("LB2011", build.Output, StringComparison.Ordinal);
        Assert.Equal(names.Length - 1, project.Captions().Count);
        Assert.All(project.Captions().Values, caption => Assert.Equal("hoshinoaoi, smile", caption));
        Assert.Contains("all up to date", project.Build().Output, StringComparison.Ordinal);
    }

    private static void AssertNothingHalfWritten(CharacterProject project) =>
        Assert.DoesNotContain(
            Directory.EnumerateFiles(project.Folder, "*", SearchOption.AllDirectories),
            file => file.EndsWith(Base.Files.AtomicFile.TemporarySuffix, StringComparison.Ordinal));

    // A file of two bytes of data.
    private static byte[] Safetensors(string header) =>
        [.. BitConverter.GetBytes((long)header.Length), .. Encoding.ASCII.GetBytes(header), 0, 0];

    private static byte[] PngClaiming(int width, int height)
    {
        byte[] header =
            [0x89, .. "PNG\r\n"u8, 0x1a, 0x0a, 0, 0, 0, 13, .. "IHDR"u8, .. BigEndian(width), .. BigEndian(height), 8, 2, 0, 0, 0];
        return [.. header, .. BigEndian(Crc32(header.AsSpan(12))), 0, 0, 0, 0, .. "IDAT"u8, 0x35, 0xaf, 0x06, 0x1e];
    }

    private static int Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xedb88320u * (crc & 1));
        }

        return unchecked((int)~crc);
    }

    private static byte[] BigEndian(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
