using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Dataset.Tags;
using LoraBuild.Incremental.Downloads;
using LoraBuild.Tagging.Tests;

namespace LoraBuild.Builds;

/// <summary>What Normalize and Tag do for an author in a real build.</summary>
public sealed class PictureStepTests
{
    [Fact]
    public void Pictures_that_look_alike_are_warned_about_and_dropped_only_on_request()
    {
        using var project = new CharacterProject().With("high/aoi_001.png").With("high/aoi_001.png", "images/low/copy.png");

        var warned = Succeeded(project.Build());
        Assert.Contains(warned.Diagnostics, line => line.Contains("copy.png", StringComparison.Ordinal)
            && line.Contains("warning LB2007", StringComparison.Ordinal));
        Assert.Equal(2, project.Captions().Count);

        // Parts of a split by their names.
        project.Write("character.yaml", "trigger: aoi\nedits: {images/low/copy.png: {split: {l: [0, 0, 1, 1], r: [0, 0, 1, 1]}}}\n");
        var split = Succeeded(project.Build());
        Assert.Contains(split.Diagnostics, line => line.Contains("warning LB2007: The part 'r' of this", StringComparison.Ordinal));

        Succeeded(project.Build("-p:LoraDropDuplicates=true"));
        Assert.Equal("aoi_001.txt", Path.GetFileName(Assert.Single(project.Captions()).Key));
    }

    [Fact]
    public void Exported_tags_can_be_edited_and_are_not_written_over()
    {
        using var project = new CharacterProject().With("high/aoi_001.png").With("low/aoi_207.jpg");
        project.Write(
            "character.yaml",
            "trigger: hoshinoaoi\nedits:\n  images/low/aoi_207.jpg: {split: {left: [0, 0, 0.5, 1], all: [0, 0, 1, 1]}}\n");
        Succeeded(project.Build());
        var tagged = project.Captions();

        Succeeded(project.Build("-t:ExportTags"));
        Assert.Equal(tagged, Rebuilt(project));
        Assert.True(File.Exists(project.PathOf("images/low/aoi_207-left.txt")));

        project.Write("images/high/aoi_001.txt", "\uFEFFsmile,\r\nwaving,,\r\n");
        Succeeded(project.Build("-t:ExportTags"));
        Assert.Equal("hoshinoaoi, smile, waving", Rebuilt(project)["16_hoshinoaoi/aoi_001.txt"]);

        Succeeded(project.Build("-t:ExportTags", "-p:LoraOverwriteTagFiles=true"));
        Assert.Equal("smile, waving\n", File.ReadAllText(project.PathOf("images/high/aoi_001.txt")));
    }

    [Fact]
    public void Pictures_that_share_a_name_get_tag_files_of_their_own()
    {
        using var project = new CharacterProject().With("high/aoi_001.png", "images/low/a.png").With("low/aoi_207.jpg", "images/low/a.jpg")
            .With("low/aoi_202.jpg", "images/low/a-all.jpg");
        project.Write(
            "character.yaml", "trigger: hoshinoaoi\nedits:\n  images/low/a.*: {split: {left: [0, 0, 0.5, 1], all: [0, 0, 1, 1]}}\n");
        Succeeded(project.Build());
        var tagged = project.Captions();

        Succeeded(project.Build("-t:ExportTags"));

        Assert.Equal(["a-all.jpg.txt", "a.jpg-all.txt", "a.jpg-left.txt", "a.png-all.txt", "a.png-left.txt"], TagFiles(project));
        Assert.Equal(tagged, Rebuilt(project));
    }

    [Fact]
    public void A_tag_file_of_two_pictures_becomes_two_where_it_is_written_anew()
    {
        using var project = new CharacterProject().With("high/aoi_001.png", "images/low/a.png").With("low/aoi_207.jpg", "images/low/a.jpg");
        project.Write("images/low/a.txt", "smile");
        project.Write("character.yaml", "trigger: hoshinoaoi\ntags: {images/low/a.jpg: {add: [waving]}}\n");

        Succeeded(project.Build("-t:ExportTags", "-p:LoraOverwriteTagFiles=true"));

        Assert.Equal(["a.jpg.txt", "a.png.txt", "a.txt"], TagFiles(project));
        Assert.Equal(["smile\n", "smile, waving\n"], new[] { "png", "jpg" }.Select(kind => File.ReadAllText(
            project.PathOf($"images/low/a.{kind}.txt"))));
        Assert.Equal(["hoshinoaoi, smile", "hoshinoaoi, smile, waving"], Rebuilt(project).Values.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Edits_are_shown_before_and_after_and_without_a_detector_nothing_is_suggested()
    {
        using var project = new CharacterProject().With("high/aoi_001.png").With("low/aoi_207.jpg");
        project.Write(
            "character.yaml", "trigger: hoshinoaoi\nedits:\n  images/low/aoi_207.jpg: [{trim: true, rotate: 90}, {rotate: {by: -2.5, to: "
            + "white}}, {background: white, pad: square}]\n");
        Succeeded(project.Build());

        var shown = Succeeded(project.Build("-t:ShowEdits;SuggestEdits"));

        Assert.Contains("1: images/low/aoi_207.jpg -> aoi_207", shown.Output, StringComparison.Ordinal);
        Assert.Contains("no PersonDetector", shown.Output, StringComparison.Ordinal);
        Assert.Equal(64 + 2 * 272, PngHeader.ReadSize(project.PathOf("bin/edits/edits-1.png")).Width);
        Assert.False(File.Exists(project.PathOf("bin/suggested-edits.yaml")));
    }

    [Fact]
    public void A_detector_suggests_a_split_that_can_be_taken_over_and_a_segmentation_model_cuts_her_out()
    {
        // On 64 x 64: one person in each half of the picture, in the form of YOLOv8. Light is figure.
        float[][] boxes = [[24, 32, 10, 60, 0.9f], [40, 32, 10, 60, 0.8f]];
        float[] fields = [.. Enumerable.Range(0, 5).SelectMany(field => (float[])[.. boxes.Select(box => box[field]), .. new float[18]])];
        using var project = new CharacterProject().With("high/aoi_001.png").With("low/aoi_207.jpg");
        var detector = OnnxFile.Constant([1, 3, 64, 64], [1, 5, 20], fields);
        using var server = new LoopbackServer(_ => LoopbackServer.Response("200 OK", detector, $"Content-Length: {detector.Length}"));
        project.Write("models/isnet.onnx", OnnxFile.Brightest(1, 3, 64, 64));
        project.Items =
            $"  <ItemGroup>\n    <PersonDetector Include=\"{server.Uri}%3Fdownload=true\" Sha256=\"{ContentHash.Of(detector)}\" />\n    "
                + "<BackgroundModel Include=\"models/isnet.onnx\" />\n  </ItemGroup>\n";
        project.Write("character.yaml", "trigger: hoshinoaoi\nedits:\n  images/low/aoi_207.jpg: {background: lime}\n");

        Succeeded(project.Build("-t:SuggestEdits"));
        Assert.Equal("/models/model.onnx?download=true", Assert.Single(server.Requests).Path);
        Assert.False(File.Exists(project.PathOf(LockFile.Name)));
        var suggested = File.ReadAllText(project.PathOf("bin/suggested-edits.yaml"));
        Assert.DoesNotContain("aoi_207", suggested, StringComparison.Ordinal);

        project.Write("character.yaml", "trigger: hoshinoaoi\n" + suggested + "  images/low/aoi_207.jpg: {background: lime}\n");
        Succeeded(project.Build());
        Assert.Equal(["aoi_001-left.txt", "aoi_001-right.txt", "aoi_207.txt"], project.Captions().Keys.Select(Path.GetFileName).Order());

        project.Write("models/isnet.onnx", OnnxFile.Brightest(1, 3, 32, 32));
        Assert.Equal(1, Succeeded(project.Build()).Processed("Normalize"));
    }

    [Fact]
    public void A_tagger_by_uri_is_downloaded_once_and_locked()
    {
        var folder = Path.Combine(Repository.Example, "models", "tagger");
        using var server = new LoopbackServer(request =>
        {
            var content = File.ReadAllBytes(Path.Combine(folder, Path.GetFileName(request.Path)));
            return LoopbackServer.Response("200 OK", content, $"Content-Length: {content.Length}");
        });
        using var project = new CharacterProject().With("high/aoi_001.png");
        project.Properties["LoraTagger"] = new Uri(server.Uri, ".").ToString().TrimEnd('/');

        var refused = project.Build("-p:ContinuousIntegrationBuild=true");
        Assert.Contains(refused.Diagnostics, line => line.Contains("error LB1014", StringComparison.Ordinal));
        Assert.Empty(server.Requests);

        var first = Succeeded(project.Build());
        Assert.Equal(2, server.Requests.Count);
        Assert.Contains(first.Diagnostics, line => line.Contains("warning LB1014", StringComparison.Ordinal)
            && line.Contains(LockFile.Name, StringComparison.Ordinal));
        Assert.True(Succeeded(project.Build("-p:ContinuousIntegrationBuild=true")).DidNothing);
        Assert.Equal(2, server.Requests.Count);

        var locked = project.PathOf(LockFile.Name);
        File.WriteAllText(locked, File.ReadAllText(locked).Replace("\": \"", "\": \"0000", StringComparison.Ordinal));
        Assert.Contains(project.Build().Diagnostics, line => line.Contains("error LB1013", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_taggers_and_other_choices_of_tags_run_no_tagger_again()
    {
        using var project = new CharacterProject().With("high/aoi_001.png");
        var tagger = Path.Combine(Repository.Example, "models", "tagger");
        project.Items = $"  <ItemGroup>\n    <Tagger Include=\"{tagger}\" />\n    <Tagger Include=\"{tagger}/\" />\n  </ItemGroup>\n";
        Assert.Equal(1, Succeeded(project.Build()).Processed("Tag"));
        var united = Assert.Single(project.Captions()).Value;

        var second = Succeeded(project.Build(
            "-p:LoraCombineTaggers=average", "-p:LoraTagOrder=score", "-p:LoraUseRatingTags=true", "-p:LoraUndesiredTags=smile"));

        Assert.Equal(0, second.Processed("Tag"));
        Assert.NotEqual(united, Assert.Single(project.Captions()).Value);
    }

    [Fact]
    public void A_taggers_own_threshold_is_metadata_and_a_changed_one_runs_no_tagger_again()
    {
        using var project = new CharacterProject().With("high/aoi_001.png");
        var tagger = Path.Combine(Repository.Example, "models", "tagger");
        Assert.Equal(1, Succeeded(project.Build("-p:LoraTaggerThreshold=0.8")).Processed("Tag"));
        var strict = TagList.Parse(Assert.Single(project.Captions()).Value);
        Succeeded(project.Build());
        var usual = TagList.Parse(Assert.Single(project.Captions()).Value);
        Assert.True(strict.Count < usual.Count);

        project.Items = $"  <ItemGroup>\n    <Tagger Include=\"{tagger}\" Threshold=\"0.8\" />\n  </ItemGroup>\n";
        Assert.Equal(0, Succeeded(project.Build()).Processed("Tag"));
        Assert.Equal(strict, TagList.Parse(Assert.Single(project.Captions()).Value));

        project.Items = $"  <ItemGroup>\n    <Tagger Include=\"{tagger}\" Threshold=\"most\" />\n  </ItemGroup>\n";
        Assert.Contains("error LB1009: Threshold of the tagger", project.Build().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_base_model_by_uri_is_downloaded_once_verified_and_locked()
    {
        var model = MiniatureWithItsSettings();
        using var server = new LoopbackServer(_ => LoopbackServer.Response("200 OK", model, $"Content-Length: {model.Length}"));
        using var project = new CharacterProject(train: true).With("high/aoi_001.png");
        project.Properties["LoraBaseModel"] = server.Uri.ToString();
        project.Properties["LoraVae"] = server.Uri.ToString();
        project.Properties["LoraTokenizer"] = Path.Combine(Repository.Example, "models", "mini-sd", "tokenizer");

        var wrong = project.Build($"-p:LoraBaseModelSha256={ContentHash.Of("another model")}");
        Assert.Contains("error LB6007", wrong.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(project.PathOf("bin/Character.safetensors")));

        Assert.Contains("warning LB1014", Succeeded(project.Build()).Output, StringComparison.Ordinal);
        Assert.True(File.Exists(project.PathOf("bin/Character.safetensors")));
        Assert.Contains(ContentHash.Of(model).ToString(), File.ReadAllText(project.PathOf(LockFile.Name)), StringComparison.Ordinal);
        Assert.Equal(2, server.Requests.Count);

        Assert.True(Succeeded(project.Build("-p:ContinuousIntegrationBuild=true")).DidNothing);
        Succeeded(project.Build("-t:ExportSdScripts", $"-p:LoraBaseModelSha256={ContentHash.Of(model)}"));
        Assert.Contains(
            ContentHash.Of(model).ToString(), File.ReadAllText(project.PathOf("bin/sd-scripts/config.toml")), StringComparison.Ordinal);
        Assert.Equal(2, server.Requests.Count);
    }

    // A download has no config.json beside it, so what the miniature's says of groups and heads goes into the header.
    private static byte[] MiniatureWithItsSettings()
    {
        var file = File.ReadAllBytes(Path.Combine(Repository.Example, "models", "mini-sd", "mini-sd.safetensors"));
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        var header = JsonNode.Parse(file.AsSpan(sizeof(ulong), length))!.AsObject();
        header["__metadata__"] =
            new JsonObject { ["unet.num_heads"] = "4", ["clip.num_attention_heads"] = "4", ["vae.norm_num_groups"] = "8" };
        var text = Encoding.UTF8.GetBytes(header.ToJsonString());
        var start = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(start, (ulong)text.Length);
        return [.. start, .. text, .. file.AsSpan(sizeof(ulong) + length)];
    }

    private static IEnumerable<string?> TagFiles(CharacterProject project) =>
        Directory.EnumerateFiles(project.PathOf("images/low"), "*.txt").Select(Path.GetFileName).Order(StringComparer.Ordinal);

    private static IReadOnlyDictionary<string, string> Rebuilt(CharacterProject project)
    {
        Succeeded(project.Build());
        return project.Captions();
    }

    private static BuildResult Succeeded(BuildResult build)
    {
        Assert.True(build.Succeeded, build.Output);
        return build;
    }
}
