namespace Assay.Custody;

internal static class Room;
