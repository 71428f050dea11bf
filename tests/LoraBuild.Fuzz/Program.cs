using System.Diagnostics;
using System.Globalization;
using LoraBuild.Fuzz;

// dotnet run --project tests/LoraBuild.Fuzz -- fuzz READER COUNT SEED
if (args is not ["fuzz", var name, var countText, var seedText]
    || !int.TryParse(countText, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
    || !int.TryParse(seedText, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
    || FuzzReaders.All.FirstOrDefault(reader => reader.Name == name) is not { } reader)
{
    Console.Error.WriteLine($"fuzz READER COUNT SEED; readers are {string.Join(", ", FuzzReaders.All.Select(reader => reader.Name))}");
    return 2;
}

var time = Stopwatch.StartNew();
var faults = FuzzRun.Do(reader, count, seed, Console.Out);
var seconds = time.Elapsed.TotalSeconds;
Console.WriteLine(FormattableString.Invariant($"\r{name}: {count} cases from seed {seed}, {faults.Count} kinds of fault, {seconds:0} s"));
return faults.Count == 0 ? 0 : 1;
