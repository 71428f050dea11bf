using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace LoraBuild.Report.Tests;

/// <summary>The report in Chromium, opened from a file. Screenshots lie beside the test's assembly.</summary>
public sealed class PageTests(BrowserFixture browser, ITestOutputHelper output) : IClassFixture<BrowserFixture>, IAsyncLifetime
{
    private readonly List<string> problems = [];
    private readonly List<string> requests = [];
    private IBrowserContext context = null!;
    private IPage page = null!;

    public async Task InitializeAsync()
    {
        context = await browser.OpenAsync();
        page = await OpenAsync(browser.SmallReport);
    }

    public async Task DisposeAsync()
    {
        await context.CloseAsync();
        Assert.Empty(problems);
    }

    [Fact]
    public async Task A_card_shows_what_went_what_came_and_why()
    {
        // Cards are filled as they come near.
        await Card("a").ScrollIntoViewIfNeededAsync();
        await Card("a").Locator(".tags del").First.WaitForAsync();
        Assert.Equal(["1girl", "black hair", "necktie", "<b>bold</b>"], await Card("a").Locator(".tags del").AllTextContentsAsync());
        Assert.Equal(["aoi", "yellow necktie", "belt"], await Card("a").Locator(".tags ins").AllTextContentsAsync());
        Assert.StartsWith(
            "StripFeatures: feature", await Card("a").Locator(".tags del").Nth(1).GetAttributeAsync("title"), StringComparison.Ordinal);
        await Card("a").Locator("summary").ClickAsync();
        Assert.Contains(
            "AlignOutfits: necktie by yellow necktie: outfit race: same garment (neckwear)",
            await Card("a").Locator(".changes li").AllTextContentsAsync());
        Assert.Contains(
            "outfit race (its 'when' holds) · 600x900, bucket 576x896", await Card("a").Locator("article").InnerTextAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_overview_has_the_arithmetic_of_the_epoch()
    {
        Assert.Matches(
            @"16 x 2 \+ 4 x 2 = 40\s[\s\S]*40 / 4 = 10 steps[\s\S]*max_train_steps = 10 EPOCH = 100 steps",
            await page.Locator("#arithmetic").InnerTextAsync());
        var rows = await page.Locator("#groups tbody tr").AllInnerTextsAsync();
        Assert.Equal([["16_aoi", "16", "2", "32"], ["4_aoi", "4", "2", "8"]], rows.Select(row => Regex.Split(row, @"\s+")));
        Assert.Equal(2, await page.Locator("#buckets tbody tr").CountAsync());
    }

    [Fact]
    public async Task The_training_has_its_curves_and_a_row_of_previews_for_each_epoch()
    {
        Assert.Equal(
            ["Loss over 60 steps, at most 0.12", "Learning rate over 60 steps, at most 0.0001"],
            await page.Locator("#training svg")
                .EvaluateAllAsync<string[]>("charts => charts.map(chart => chart.getAttribute('aria-label'))"));
        // Every line is drawn, within its chart.
        var drawn = await page.Locator("#training polyline").EvaluateAllAsync<bool[]>(
            """
            lines => lines.map(item => {
              const [line, chart] = [item.getBoundingClientRect(), item.ownerSVGElement.getBoundingClientRect()];
              return line.width > 300 && line.height > 10 && line.left >= chart.left && line.right <= chart.right && line.top >= chart.top
                && line.bottom <= chart.bottom;
            })
            """);
        Assert.Equal([true, true, true, true], drawn);
        Assert.Equal(["epoch 1", "epoch 2", "epoch 3"], await page.Locator("#previews tbody th").AllTextContentsAsync());
        Assert.Equal(["After", "aoi, smile", "<b>1girl</b>"], await page.Locator("#previews thead th").AllTextContentsAsync());
        var sizes =
            await page.Locator("#previews img").First.EvaluateAsync<int[]>("image => [image.naturalWidth, image.width, image.height]");
        Assert.Equal([1, 128, 128], sizes);
        await page.Locator("#training").ScreenshotAsync(new() { Path = Screenshot("training") });
    }

    [Fact]
    public async Task Filters_by_tag_place_group_and_outfit_work_together()
    {
        var tag = page.GetByLabel("Tag", new() { Exact = true });
        await tag.FillAsync("smile");
        Assert.Equal(["a", "b"], await ShownCardsAsync());
        await Choice("Where").SelectOptionAsync("removed");
        Assert.Empty(await ShownCardsAsync());
        Assert.Equal("0 of 4 pictures", await page.GetByRole(AriaRole.Status).InnerTextAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Show all", Exact = true }).ClickAsync();
        await page.WaitForFunctionAsync("() => document.querySelectorAll('.picture[hidden]').length === 0");
        await Choice("Group").SelectOptionAsync("4_aoi");
        Assert.Equal(["c", "d"], await ShownCardsAsync());
        await Choice("Outfit").SelectOptionAsync(new SelectOptionValue { Label = "race" });
        Assert.Equal(["d"], await ShownCardsAsync());
        await Choice("Group").SelectOptionAsync("");
        await Choice("Outfit").SelectOptionAsync(new SelectOptionValue { Label = "none" });
        Assert.Equal(["b", "c"], await ShownCardsAsync());
        await tag.FillAsync("HAI");
        Assert.Equal(["b", "c"], await ShownCardsAsync());
    }

    [Fact]
    public async Task The_table_of_tags_counts_before_and_after_and_filters()
    {
        var named = page.GetByRole(AriaRole.Button, new() { Name = "black hair", Exact = true });
        var row = page.Locator("#tag-table tbody tr", new() { Has = named });
        Assert.Equal(["4", "0"], (await row.Locator("td").AllInnerTextsAsync()).Take(2));
        await page.GetByRole(AriaRole.Button, new() { Name = "necktie", Exact = true }).ClickAsync();
        Assert.Equal(["a", "d"], await ShownCardsAsync());
        Assert.Equal("filter-tag", await FocusedAsync());
    }

    [Fact]
    public async Task A_warning_leads_to_its_pictures_filtered_away_or_not()
    {
        var warning = page.Locator("#warning-list li", new() { HasText = "standing" });
        Assert.StartsWith("LB3008 'standing' and 'sitting'", await warning.InnerTextAsync(), StringComparison.Ordinal);
        await page.GetByLabel("Tag", new() { Exact = true }).FillAsync("necktie");
        Assert.False(await Card("c").IsVisibleAsync());
        await warning.GetByRole(AriaRole.Link, new() { Name = "c", Exact = true }).ClickAsync();
        await Card("c").Locator("article").WaitForAsync(new() { State = WaitForSelectorState.Visible });
        Assert.True(await Card("c").EvaluateAsync<bool>("item => item.getBoundingClientRect().top < innerHeight"));
    }

    [Fact]
    public async Task Pictures_that_look_alike_stand_side_by_side()
    {
        var pair = page.Locator("#duplicate-list > li");
        var first = (await pair.Locator("figure").Nth(0).BoundingBoxAsync())!;
        var second = (await pair.Locator("figure").Nth(1).BoundingBoxAsync())!;
        Assert.Equal(first.Y, second.Y);
        Assert.True(first.X + first.Width <= second.X);
        Assert.Contains("Distance 3 of 64 bits", await pair.InnerTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_can_be_done_by_keyboard_in_the_order_of_the_page()
    {
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to the pictures", await FocusedAsync());
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("pictures", await FocusedAsync());
        // Cards are filled as they come near.
        await Card("a").Locator("summary").WaitForAsync();
        var order = new List<string>();
        for (var step = 0; step < 8; step++)
        {
            await page.Keyboard.PressAsync("Tab");
            order.Add(await FocusedAsync());
        }

        Assert.Equal(["filter-tag", "filter-place", "filter-group", "filter-outfit", "filter-only", "Show all", "a"], order[..7]);
        Assert.Matches(@"^\d+ changes and why$", order[7]);
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("", await Card("a").Locator("details").GetAttributeAsync("open"));
    }

    [Fact]
    public async Task Every_control_and_picture_has_an_accessible_name()
    {
        string[] roles = ["link", "button", "combobox", "image", "navigation", "search", "article", "table", "DisclosureTriangle"];
        await Card("d").ScrollIntoViewIfNeededAsync();
        await Card("d").Locator("summary").WaitForAsync();
        var session = await context.NewCDPSessionAsync(page);
        var tree = (await session.SendAsync("Accessibility.getFullAXTree"))!.Value;
        var nodes = tree.GetProperty("nodes").EnumerateArray()
            .Where(node => !node.GetProperty("ignored").GetBoolean())
            .Select(node => (Role: Text(node, "role"), Name: Text(node, "name")))
            .Where(node => roles.Contains(node.Role))
            .ToList();
        Assert.Empty(roles.Except(nodes.Select(node => node.Role)));
        Assert.DoesNotContain(nodes, node => string.IsNullOrWhiteSpace(node.Name));

        static string Text(JsonElement node, string property) =>
            node.TryGetProperty(property, out var field) && field.TryGetProperty("value", out var value) ? value.ToString() : "";
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Text_stands_out_from_its_background(ColorScheme scheme)
    {
        await page.EmulateMediaAsync(new() { ColorScheme = scheme });
        // Relative luminance and contrast as WCAG 2.2 defines them.
        var least = await page.EvaluateAsync<JsonElement>(
            """
            () => {
              const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
              const rgba = colour => {
                canvas.clearRect(0, 0, 1, 1);
                canvas.fillStyle = colour;
                canvas.fillRect(0, 0, 1, 1);
                return [...canvas.getImageData(0, 0, 1, 1).data];
              };
              const luminance = ([r, g, b]) => [r, g, b].map(value => value / 255)
                .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
                .reduce((sum, value, channel) => sum + value * [0.2126, 0.7152, 0.0722][channel], 0);
              const background = item => {
                for (; item; item = item.parentElement) {
                  const colour = rgba(getComputedStyle(item).backgroundColor);
                  if (colour[3] === 255) return colour;
                }
                throw new Error('no background');
              };
              let least = { contrast: 21, text: '' };
              for (const item of document.querySelectorAll('body *')) {
                const hasText = [...item.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
                if (!hasText || !item.checkVisibility()) continue;
                const [a, b] = [luminance(rgba(getComputedStyle(item).color)), luminance(background(item))].sort((x, y) => y - x);
                const contrast = (a + 0.05) / (b + 0.05);
                if (contrast < least.contrast) least = { contrast, text: `${item.tagName} ${item.textContent.slice(0, 40)}` };
              }
              return least;
            }
            """);
        Assert.True(least.GetProperty("contrast").GetDouble() >= 4.5, $"{scheme}: {least}");
        await Card("a").ScrollIntoViewIfNeededAsync();
        await page.ScreenshotAsync(new() { Path = Screenshot(scheme == ColorScheme.Light ? "light" : "dark") });
    }

    [Fact]
    public async Task It_asks_for_nothing_but_itself_and_shows_markup_as_text()
    {
        Assert.Equal([new Uri(browser.SmallReport).AbsoluteUri], requests.Where(url => !url.StartsWith("data:", StringComparison.Ordinal)));
        Assert.Equal(0, await page.Locator("#gallery b").CountAsync());
        Assert.Equal("Small <project>", await page.TitleAsync());
    }

    [Fact]
    public async Task A_thousand_pictures_cost_the_cards_that_are_seen()
    {
        var large = await OpenAsync(browser.LargeReport);
        var loaded = await large.EvaluateAsync<double>("() => performance.getEntriesByType('navigation')[0].loadEventEnd");
        await large.Locator("#pictures").EvaluateAsync("section => section.scrollIntoView()");
        await large.Locator("article").First.WaitForAsync();
        var filled = await large.Locator("article").CountAsync();
        Assert.InRange(filled, 1, 99);
        // From the key to the frame that shows the result.
        var delays = new List<double>();
        foreach (var text in (string[])["s", "smile", "tag 7", ""])
        {
            delays.Add(await large.EvaluateAsync<double>(
                """
                async value => {
                  const input = document.getElementById('filter-tag');
                  const start = performance.now();
                  input.value = value;
                  input.dispatchEvent(new Event('input', { bubbles: true }));
                  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
                  return performance.now() - start;
                }
                """,
                text));
            Assert.InRange(await large.Locator("article").CountAsync(), 0, 99);
        }

        output.WriteLine(
            $"1,000 pictures: loaded in {loaded:0} ms, {filled} cards filled, filtered in "
            + $"{string.Join(", ", delays.Select(delay => $"{delay:0}"))} ms");
        await large.Locator(".picture").Last.ScrollIntoViewIfNeededAsync();
        await large.Locator(".picture").Last.Locator("article").WaitForAsync();
    }

    private static string Screenshot(string name) => Path.Combine(AppContext.BaseDirectory, $"{name}.png");

    private async Task<IPage> OpenAsync(string file)
    {
        var opened = await context.NewPageAsync();
        opened.PageError += (_, error) => problems.Add(error);
        opened.Console += (_, message) =>
        {
            if (message.Type == "error")
                problems.Add(message.Text);
        };
        opened.Request += (_, request) => requests.Add(request.Url);
        opened.Dialog += (_, dialog) => problems.Add($"dialog {dialog.Message}");
        await opened.GotoAsync(new Uri(file).AbsoluteUri);
        return opened;
    }

    private ILocator Card(string id) => page.Locator($"[id=\"picture-{id}\"]");

    private ILocator Choice(string name) => page.GetByRole(AriaRole.Combobox, new() { Name = name });

    private Task<string[]> ShownCardsAsync() =>
        page.Locator(".picture:visible").EvaluateAllAsync<string[]>("cards => cards.map(item => item.dataset.id)");

    private Task<string> FocusedAsync() =>
        page.EvaluateAsync<string>("() => document.activeElement.id || document.activeElement.textContent.trim()");
}
