namespace Hobom.Slices.Page.Changes;

/// <summary>Where the letters stand now; null where none are kept.</summary>
public delegate LettersMark? LettersNow();
